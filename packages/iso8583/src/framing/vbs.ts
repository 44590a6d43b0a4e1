// Mastercard's variable block spanned files: four bytes of length before each record, big-endian, and a length of 0 at the
// end. Blocked ones are cut into 1012 bytes, each followed by two bytes 40, and filled up with 40 to the last block's end
// (github.com/adelosa/cardutil, cardutil/mciipm.py).
import { Iso8583Error } from '../iso8583-error.js';
import { LengthSplitter } from './length-splitter.js';

const BLOCK_BYTES = 1_014;
const DATA_BYTES = 1_012;
const FILLER = 0x40;
const HEADER_BYTES = 4;
/** Written together, so that a file of small records is not as many small writes. */
const BATCH_BYTES = 65_536;
/** Of a record, as cardutil refuses more. */
const MAX_RECORD_BYTES = 6_000;

export type Pieces = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/**
 * The records of a file that is not blocked.
 * @param maxBytes of a record; 6000 if left out
 * @throws Iso8583Error `record.overlong`, `record.truncated` (also without the zero length at the end), `record.trailing`
 */
export function readVbs(pieces: Pieces, maxBytes = MAX_RECORD_BYTES): AsyncGenerator<Buffer> {
  return records(pieces, maxBytes, 0);
}

/**
 * The records of a 1014-blocked file.
 * @throws Iso8583Error as readVbs, and `block.padding`, `block.truncated`. Behind the end there must be only filling, of
 *   at most one block: cardutil writes a whole one when the data end with a block
 */
export function readBlockedVbs(pieces: Pieces, maxBytes = MAX_RECORD_BYTES): AsyncGenerator<Buffer> {
  return records(unblocked(pieces), maxBytes, DATA_BYTES);
}

async function* records(pieces: Pieces, maxBytes: number, mostFilling: number): AsyncGenerator<Buffer> {
  const splitter = new LengthSplitter({ name: 'record', headerBytes: HEADER_BYTES, maxBytes, zero: 'end' });
  let offset = 0;
  let filling = 0;
  for await (const piece of pieces) {
    const complete: Buffer[] = [];
    let problem: unknown;
    let used = piece.length;
    try {
      used = splitter.push(piece, (record) => complete.push(record));
    } catch (error) {
      problem = error;
    }
    yield* complete;
    if (problem !== undefined) throw problem;
    filling += piece.length - used;
    if (filling > mostFilling || !isFilling(piece, used))
      throw new Iso8583Error('record.trailing', 'record', offset + used, 'bytes behind the end of the records');
    offset += piece.length;
  }
  splitter.end();
  if (!splitter.isEnded)
    throw new Iso8583Error('record.truncated', 'record', offset, 'the zero length at the end is missing');
}

/** @returns what is left of each block without its two last bytes */
export async function* unblocked(pieces: Pieces): AsyncGenerator<Buffer> {
  const block = Buffer.alloc(BLOCK_BYTES);
  let filled = 0;
  let offset = 0;
  for await (const piece of pieces) {
    let at = 0;
    while (at < piece.length) {
      const count = Math.min(BLOCK_BYTES - filled, piece.length - at);
      block.set(piece.subarray(at, at + count), filled);
      filled += count;
      at += count;
      if (filled < BLOCK_BYTES) continue;
      if (!isFilling(block, DATA_BYTES))
        throw new Iso8583Error('block.padding', 'block', offset + DATA_BYTES, 'a block that does not end with 40 40');
      // A copy: records are handed on as parts of it.
      yield Buffer.from(block.subarray(0, DATA_BYTES));
      offset += BLOCK_BYTES;
      filled = 0;
    }
  }
  if (filled > 0)
    throw new Iso8583Error('block.truncated', 'block', offset + filled, `${filled} bytes of a block of ${BLOCK_BYTES}`);
}

function isFilling(bytes: Uint8Array, start: number): boolean {
  for (let i = start; i < bytes.length; i++) if (bytes[i] !== FILLER) return false;
  return true;
}

/**
 * A file of these records, with the zero length at the end, in pieces of about 64 KiB.
 * @throws Iso8583Error `record.empty`, or `record.overlong` for one over `maxBytes`
 */
export async function* writeVbs(records: Pieces, maxBytes = MAX_RECORD_BYTES): AsyncGenerator<Buffer> {
  let batch: Uint8Array[] = [];
  let bytes = 0;
  let written = 0;
  for await (const record of records) {
    if (record.length === 0) throw new Iso8583Error('record.empty', 'record', written, 'it would end the file');
    if (record.length > maxBytes)
      throw new Iso8583Error('record.overlong', 'record', written, `a record of ${record.length} bytes`);
    batch.push(lengthOf(record.length), record);
    bytes += HEADER_BYTES + record.length;
    written += HEADER_BYTES + record.length;
    if (bytes < BATCH_BYTES) continue;
    yield Buffer.concat(batch, bytes);
    batch = [];
    bytes = 0;
  }
  batch.push(lengthOf(0));
  yield Buffer.concat(batch, bytes + HEADER_BYTES);
}

/** The same, 1014-blocked. */
export function writeBlockedVbs(records: Pieces, maxBytes = MAX_RECORD_BYTES): AsyncGenerator<Buffer> {
  return blocked(writeVbs(records, maxBytes));
}

/** Cuts any stream into blocks of 1014 and fills up the last. */
export async function* blocked(pieces: Pieces): AsyncGenerator<Buffer> {
  let rest: Uint8Array = Buffer.alloc(0);
  for await (const piece of pieces) {
    const data = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    const whole = Math.trunc(data.length / DATA_BYTES);
    if (whole > 0) yield blocksOf(data, whole);
    // A copy: the piece is the caller's.
    rest = Buffer.from(data.subarray(whole * DATA_BYTES));
  }
  if (rest.length > 0) yield blocksOf(rest, 1);
}

function blocksOf(data: Uint8Array, count: number): Buffer {
  const blocks = Buffer.alloc(count * BLOCK_BYTES, FILLER);
  for (let i = 0; i < count; i++) blocks.set(data.subarray(i * DATA_BYTES, (i + 1) * DATA_BYTES), i * BLOCK_BYTES);
  return blocks;
}

function lengthOf(bytes: number): Buffer {
  const length = Buffer.allocUnsafe(HEADER_BYTES);
  length.writeUInt32BE(bytes, 0);
  return length;
}
