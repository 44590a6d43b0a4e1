import { describe, expect, it } from '@jest/globals';
import type { EventMetadata, LedgerEvent } from '@tallystick/ledger-core';
import fc from 'fast-check';
import { encodeEvent } from './encode-event.js';
import { eventIdOf, formatEventId } from './event-id.js';
import { catalogue } from './generated/catalogue.js';
import { sampleOf } from './golden/sample.js';
import { deriveId } from './ids.js';

const seed = Number(process.env.FC_SEED ?? Date.now());
const JUNE_2024 = 1718000000123456n;

describe('an id seen outside', () => {
  it('is the same for the same command, anywhere', () => {
    expect(deriveId('tx', JUNE_2024, 'transaction', 'gateway/acc/1')).toBe('tx_000000UFGyuzLHgYIIfkYv');
  });

  it('differs by kind and by command', () => {
    const ids = [
      deriveId('tx', JUNE_2024, 'transaction', 'a'),
      deriveId('tx', JUNE_2024, 'transaction', 'b'),
      deriveId('tx', JUNE_2024, 'refund', 'a'),
      deriveId('tx', JUNE_2024, 'refun', 'da'),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('sorts by its millisecond', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 55n), fc.bigInt(1000n, 2n ** 54n), fc.string(), (earlier, gap, command) => {
        expect(deriveId('tx', earlier, 'k', command) < deriveId('tx', earlier + gap, 'k', command)).toBe(true);
      }),
      { seed },
    );
  });

  it('refuses a time before 1970', () => {
    expect(() => deriveId('tx', -1n, 'transaction', 'a')).toThrow(expect.objectContaining({ code: 'before_1970' }));
  });

  it('never holds 13 digits in a row that could be a card number, even at a time that is all digits', () => {
    // base62 000123456: a day in 1970, so that the hash alone must break the run.
    const milliseconds = [1, 2, 3, 4, 5, 6].reduce((sum, digit) => sum * 62 + digit, 0);
    for (let i = 0; i < 60_000; i++) {
      const id = deriveId('tx', BigInt(milliseconds) * 1000n, 'transaction', String(i));
      expect(id.startsWith('tx_0000000123456')).toBe(true);
      if (/[1-9]\d{12}/.test(id)) throw new Error(`${id} looks like a card number`);
    }
  });
});

describe('an event id', () => {
  const bytes = Buffer.from('ab');

  it('is a UUID of version 8', () => {
    const id = eventIdOf('account-a', 'command', 0, bytes, bytes);
    expect(formatEventId(id)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(formatEventId(id)).toBe('ec29d40f-789d-8ed6-90ed-30dc719e86f4');
  });

  it('depends on every part and on where a part ends', () => {
    const ids = [
      eventIdOf('a', 'b', 0, bytes, bytes),
      eventIdOf('ab', '', 0, bytes, bytes),
      eventIdOf('a', 'c', 0, bytes, bytes),
      eventIdOf('a', 'b', 1, bytes, bytes),
      eventIdOf('a', 'b', 0, Buffer.from('a'), Buffer.from('bab')),
      eventIdOf('a', 'b', 0, bytes, Buffer.alloc(9000)),
    ].map(formatEventId);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('an encoded event', () => {
  const metadata = sampleFor('EventMetadata') as EventMetadata;
  const closed: LedgerEvent = { type: 'AccountClosed' };

  it('has the id of its bytes', () => {
    const encoded = encodeEvent(closed, { ...metadata, type: 'AccountClosed', schemaVersion: 1 }, 2);
    const { eventId, metadata: bytes, payload } = encoded;
    expect(eventId).toEqual(eventIdOf(metadata.stream, metadata.commandId, 2, bytes, payload));
  });

  it('is refused where its metadata name another type or version', () => {
    const wrong = { ...metadata, type: 'AccountClosed', schemaVersion: 9 };
    expect(() => encodeEvent(closed, wrong, 0)).toThrow('AccountClosed: its metadata names AccountClosed.v9');
  });
});

function sampleFor(name: string): unknown {
  const released = catalogue.find((schema) => schema.name === name);
  return sampleOf(JSON.parse(released?.schema ?? '""'), 'full');
}
