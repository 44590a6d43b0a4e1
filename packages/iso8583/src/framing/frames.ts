// ISO 8583 over TCP: two bytes of length before each message, big-endian, not counting themselves.

import type { Codec } from '../codec.js';
import { Iso8583Error } from '../iso8583-error.js';
import type { Iso8583Message } from '../message.js';
import { LengthSplitter } from './length-splitter.js';

const HEADER_BYTES = 2;
const LARGEST_BYTES = 0xffff;

/** @param maxBytes of a message: 8192 if left out, 65535 at most */
export function frameSplitter(maxBytes = 8_192): LengthSplitter {
  return new LengthSplitter({ name: 'frame', headerBytes: HEADER_BYTES, maxBytes, zero: 'error' });
}

/**
 * A message with its length before it.
 * @throws Iso8583Error `frame.empty` or `frame.overlong` (over 65535 bytes)
 */
export function frame(message: Uint8Array): Buffer {
  const framed = Buffer.allocUnsafe(HEADER_BYTES + message.length);
  framed.set(message, HEADER_BYTES);
  return withLength(framed);
}

/** `frame(codec.encode(message))` without the second copy. @throws Iso8583Error as both of them */
export function encodeFrame(codec: Codec, message: Iso8583Message): Buffer {
  return withLength(codec.encode(message, HEADER_BYTES));
}

function withLength(framed: Buffer): Buffer {
  const length = framed.length - HEADER_BYTES;
  if (length === 0) throw new Iso8583Error('frame.empty', 'frame', 0, 'a message of no bytes');
  if (length > LARGEST_BYTES) throw new Iso8583Error('frame.overlong', 'frame', 0, `a message of ${length} bytes`);
  framed.writeUInt16BE(length, 0);
  return framed;
}
