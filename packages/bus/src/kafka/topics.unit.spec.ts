import { describe, expect, it } from '@jest/globals';
import { catalogue } from '@tallystick/events/generated/catalogue';
import fc from 'fast-check';
import kafkajs from 'kafkajs';
import { partitionOf } from './murmur2.js';
import { EVENT_TOPICS, Topics, topicIndexOf } from './topics.js';

/** The aggregates of the catalogue, and a stream of each that names no account; null where every stream names one. */
const STREAM_WITHOUT_ACCOUNT: Readonly<Record<string, readonly [stream: string, topic: string] | null>> = {
  account: null,
  annotation: null,
  batch: ['batch-cards-file', 'batch-events'],
  card: null,
  // Declines of cards that nobody issued.
  'card-transaction': ['unknown-card-token', 'unknown-card-events'],
  enrichment: null,
  entry: ['entry-scheme-1', 'ledger-entries'],
  feed: null,
  merchant: ['merchant-merch_1', 'merchant-events'],
  payment: null,
  pot: null,
  receipt: null,
  schedule: null,
  transfer: null,
  user: ['user-user_1', 'user-events'],
};

describe('the topics of events', () => {
  it('have a place for every aggregate that there is', () => {
    const aggregates = new Set(catalogue.map(({ aggregate }) => aggregate).filter((name) => name !== 'metadata'));
    expect([...aggregates].sort()).toEqual(Object.keys(STREAM_WITHOUT_ACCOUNT).sort());
    for (const found of Object.values(STREAM_WITHOUT_ACCOUNT)) {
      if (found === null) continue;
      const [stream, topic] = found;
      expect(EVENT_TOPICS[topicIndexOf(stream, null)]).toBe(topic);
    }
  });

  it('take an account into account-events whatever its stream is called, and a stream that nobody named into other-events', () => {
    expect(EVENT_TOPICS[topicIndexOf('entry-1', 'acc_1')]).toBe('account-events');
    expect(EVENT_TOPICS[topicIndexOf('brand-new-1', null)]).toBe('other-events');
  });

  it('number their partitions by topic, ten thousand apart', () => {
    const topics = new Topics({ prefix: 'p.', partitions: 2 });
    expect(topics.busPartitions()).toEqual([0, 1, 10_000, 20_000, 30_000, 40_000, 50_000, 60_000]);
    expect(topics.busPartition('p.merchant-events', 0)).toBe(20_000);
    expect(() => topics.busPartition('merchant-events', 0)).toThrow('no topic of events');
  });
});

describe('the partition of a key', () => {
  const partitioner = kafkajs.Partitioners.DefaultPartitioner();

  it('is the one that any client of Kafka chooses', () => {
    const key = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.string({ minLength: 300, maxLength: 600 }));
    fc.assert(
      fc.property(key, fc.integer({ min: 1, max: 50 }), (key, partitions) => {
        const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
          partitionId,
          partitionErrorCode: 0,
          leader: 1,
          replicas: [1],
          isr: [1],
        }));
        const message = { key, value: '' };
        expect(partitionOf(key, partitions)).toBe(partitioner({ topic: 't', partitionMetadata, message }));
      }),
    );
  });
});
