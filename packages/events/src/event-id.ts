import { hash } from 'node:crypto';

let scratch = Buffer.allocUnsafeSlow(4096);

/**
 * The event's id (architecture, rule 6): the first 16 bytes of SHA-256 over the length-prefixed parts, as a UUID of version 8
 * (RFC 9562, custom). Equal events have equal ids in every process, so a retry is recognised.
 * @param index place of the event among those of its command, from 0
 */
export function eventIdOf(
  stream: string,
  commandId: string,
  index: number,
  metadata: Uint8Array,
  payload: Uint8Array,
): Buffer {
  const most = 20 + 3 * (stream.length + commandId.length) + metadata.length + payload.length;
  if (most > scratch.length) scratch = Buffer.allocUnsafeSlow(2 * most);
  let end = putText(stream, 0);
  end = putText(commandId, end);
  end = scratch.writeUInt32LE(index, end);
  end = putBytes(metadata, end);
  end = putBytes(payload, end);
  // As hex and back: node makes a short string far quicker than a Buffer of its own.
  const id = Buffer.from(hash('sha256', scratch.subarray(0, end), 'hex').slice(0, 32), 'hex');
  id[6] = ((id[6] ?? 0) & 0x0f) | 0x80;
  id[8] = ((id[8] ?? 0) & 0x3f) | 0x80;
  return id;
}

function putText(text: string, at: number): number {
  const length = scratch.write(text, at + 4);
  scratch.writeUInt32LE(length, at);
  return at + 4 + length;
}

function putBytes(bytes: Uint8Array, at: number): number {
  scratch.writeUInt32LE(bytes.length, at);
  scratch.set(bytes, at + 4);
  return at + 4 + bytes.length;
}

/** xxxxxxxx-xxxx-8xxx-xxxx-xxxxxxxxxxxx, lower case. */
export function formatEventId(eventId: Uint8Array): string {
  const hex = Buffer.from(eventId).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
