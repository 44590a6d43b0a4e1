// A clearing file as its records, in whatever framing: JSON lines, or Mastercard IPM in VBS, 1014-blocked or not, EBCDIC or ASCII. Which
// of them it is, the bytes say.
import { Iso8583Error, readBlockedVbs, readVbs } from '@tallystick/iso8583';
import { BadClearingFile } from './bad-clearing-file.js';
import type { ClearingSource } from './clearing-source.js';

export interface ClearingFraming {
  readonly format: 'json' | 'ipm' | 'ipm-ascii';
  readonly blocked: boolean;
}

const BLOCK_BYTES = 1_014;
const ENDS = { head: 8, tail: 2 };
const LINE_BYTES_MAX = 65_536;
const NEW_LINE = 0x0a;
/** The message type of the first record, 1644, behind its length. */
const EBCDIC_1644 = 'f1f6f4f4';
const ASCII_1644 = '31363434';
const BOM = 'efbbbf';
const BRACE = '7b';
const FILLING = '4040';

/** @throws BadClearingFile where it is none of them */
export async function framingOf(source: ClearingSource): Promise<ClearingFraming> {
  const { head, tail, size } = await source.ends(ENDS);
  if (size === 0) throw new BadClearingFile(`${source.name}: the file is empty`);
  const start = head.toString('hex');
  if (start.startsWith(BRACE) || start.startsWith(BOM + BRACE)) return { format: 'json', blocked: false };
  const mti = start.slice(8, 16);
  // Without blocks, a file ends with the zero length; its last block is filled up.
  const blocked = size % BLOCK_BYTES === 0 && tail.toString('hex') === FILLING;
  if (mti === EBCDIC_1644) return { format: 'ipm', blocked };
  if (mti === ASCII_1644) return { format: 'ipm-ascii', blocked };
  throw new BadClearingFile(
    `${source.name}: neither JSON lines nor a Mastercard IPM file that begins with its header (1644)`,
  );
}

/** In the order of the file; empty lines are none. @throws BadClearingFile where the framing is broken, with the record that is not there */
export async function* clearingRecords(
  source: ClearingSource,
  { format, blocked }: ClearingFraming,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const pieces = source.pieces(signal);
  let records = 0;
  try {
    const all = format === 'json' ? lines(pieces) : blocked ? readBlockedVbs(pieces) : readVbs(pieces);
    for await (const record of all) {
      records++;
      yield record;
    }
  } catch (error) {
    if (error instanceof Iso8583Error || error instanceof LineTooLong)
      throw new BadClearingFile(`${source.name} record ${records + 1}: ${error.message}`);
    throw error;
  }
}

class LineTooLong extends Error {
  override readonly name = 'LineTooLong';
}

async function* lines(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  let first = true;
  const whole = (line: Buffer) => {
    const withoutBom = first && line.toString('hex', 0, 3) === BOM ? line.subarray(3) : line;
    first = false;
    return withoutBom;
  };
  for await (const piece of pieces) {
    const data = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    let start = 0;
    for (let end = data.indexOf(NEW_LINE); end !== -1; end = data.indexOf(NEW_LINE, start)) {
      const line = whole(data.subarray(start, end));
      start = end + 1;
      if (!isBlank(line)) yield line;
    }
    rest = data.subarray(start);
    if (rest.length > LINE_BYTES_MAX) throw new LineTooLong(`a line of more than ${LINE_BYTES_MAX} bytes`);
  }
  if (!isBlank(rest)) yield whole(rest);
}

function isBlank(line: Buffer): boolean {
  return line.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}
