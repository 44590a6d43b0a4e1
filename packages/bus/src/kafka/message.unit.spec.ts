import { describe, expect, it } from '@jest/globals';
import { eventOf } from './kafka-under-test.suite.js';
import { messageOf, ReceivedEvent, Undecodable } from './message.js';

const PAYLOAD = Buffer.from('c30101020304050607080909', 'hex');

function position(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes;
}

function sent(schemaId?: number) {
  const event = { ...eventOf('acc-1', 7, new Uint8Array(PAYLOAD)), position: 12n, stream: 'acc-1', revision: 7 };
  const place = { key: 'acc-1', partition: 2, type: 'AccountFrozen', position: position(12n), previous: position(9n) };
  const { value, headers } = messageOf(event, { ...place, schemaId });
  if (!Buffer.isBuffer(value)) throw new Error('a value is bytes');
  return { event, message: { key: Buffer.from('acc-1'), value, headers } };
}

describe('an event as a message', () => {
  it('comes back as it was', () => {
    const { event, message } = sent();
    const { previous, eventId, metadata, payload, stream, revision, ...received } = ReceivedEvent.of(message);
    expect({ ...received, stream, revision }).toEqual({ position: 12n, stream: 'acc-1', revision: 7 });
    expect(previous).toBe(9n);
    expect([eventId, metadata, payload].map((bytes) => Buffer.compare(bytes, Buffer.from(bytes)))).toEqual([0, 0, 0]);
    expect(Buffer.from(event.payload).equals(payload)).toBe(true);
    expect(message.value.equals(PAYLOAD)).toBe(true);
  });

  it("travels in a registry's framing, and comes back with the same bytes", () => {
    const { message } = sent(300);
    expect(message.value.toString('hex')).toBe('000000012c0909');
    expect(ReceivedEvent.of(message).payload.equals(PAYLOAD)).toBe(true);
  });

  it('is refused where something is missing, with the reason', () => {
    const { message } = sent();
    const { position: _, ...headers } = message.headers ?? {};
    const damaged = [
      [{ ...message, headers: undefined }, 'it has no header position'],
      [{ ...message, headers }, 'it has no header position'],
      [
        { ...message, headers: { ...message.headers, 'event-id': Buffer.alloc(3) } },
        'its header event-id has 3 bytes instead of 16',
      ],
      [{ ...message, value: null }, 'it has no value'],
      [
        { ...message, headers: { ...message.headers, schema: Buffer.alloc(10) } },
        'its value has no schema registry framing',
      ],
    ] as const;
    for (const [each, reason] of damaged) expect(() => ReceivedEvent.of(each)).toThrow(new Undecodable(reason));
  });
});
