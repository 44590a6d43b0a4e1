// CSV files, gzip too, read in a stream; what is wrong with one is one sentence with file and line, and never quotes a cell: it may be a
// card number.
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { maskCardNumbersIn } from '@tallystick/contracts';
import { parse } from 'csv-parse';

/** A file that cannot be taken in. The message is one sentence that names file and line. */
export class BadInput extends Error {
  override readonly name = 'BadInput';
}

export interface CsvRecord {
  readonly fields: Readonly<Record<string, string>>;
  /** The line on which the record ends, from 1. */
  readonly line: number;
}

export interface CsvOptions {
  readonly signal: AbortSignal;
  /** What is missing in a header, as a sentence; undefined where all is there. */
  readonly faultOf: (columns: ReadonlySet<string>) => string | undefined;
}

/** A quote that is never closed must not take in the rest of the file. */
const RECORD_CHARACTERS_MAX = 65_536;

/** Records of a CSV file with a header. @throws BadInput */
export async function* csvRecords(path: string, { signal, faultOf }: CsvOptions): AsyncGenerator<CsvRecord> {
  let header = false;
  const parser = parse({
    columns: (names: string[]) => {
      header = true;
      return checkedHeader(path, names, faultOf);
    },
    bom: true,
    info: true,
    skip_empty_lines: true,
    max_record_size: RECORD_CHARACTERS_MAX,
  });
  try {
    const zipped = path.endsWith('.gz') || (await isGzip(path));
    const source = createReadStream(path);
    const feeding = zipped
      ? pipeline(source, createGunzip(), parser, { signal })
      : pipeline(source, parser, { signal });
    // The loop below meets the parser's error; this keeps the pipeline's copy of it from being unhandled.
    feeding.catch(() => {});
    for await (const { record, info } of parser) yield { fields: record, line: info.lines };
    await feeding;
  } catch (error) {
    throw asBadInput(path, error);
  }
  if (!header) throw new BadInput(`${path}: the file is empty`);
}

async function isGzip(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await file.close();
  }
}

function checkedHeader(path: string, header: string[], faultOf: CsvOptions['faultOf']): string[] {
  const columns = new Set(header);
  // Without a header, the first row's cells are taken for names.
  const twice = maskCardNumbersIn(header.find((name, i) => header.indexOf(name) !== i) ?? '');
  const fault = columns.size < header.length ? `the column ${twice} appears twice` : faultOf(columns);
  if (fault !== undefined) throw new BadInput(`${path} line 1: ${fault}`);
  return header;
}

interface ReadError {
  readonly code?: unknown;
  readonly lines?: number;
  readonly record?: readonly unknown[];
  readonly columns?: readonly unknown[];
}

function asBadInput(path: string, error: unknown): unknown {
  if (error instanceof BadInput || typeof error !== 'object' || error === null) return error;
  const { code, lines, record, columns }: ReadError = error;
  if (typeof code !== 'string') return error;
  const at = lines === undefined ? path : `${path} line ${lines}`;
  switch (code) {
    case 'CSV_RECORD_INCONSISTENT_COLUMNS':
      return new BadInput(`${at}: ${record?.length} columns where the header has ${columns?.length}`);
    case 'CSV_QUOTE_NOT_CLOSED':
      return new BadInput(`${at}: the file ends within a quoted cell`);
    case 'CSV_INVALID_CLOSING_QUOTE':
    case 'INVALID_OPENING_QUOTE':
      return new BadInput(`${at}: a quote within a cell that is not doubled`);
    case 'CSV_MAX_RECORD_SIZE':
      return new BadInput(
        `${at}: a row of more than ${RECORD_CHARACTERS_MAX} characters, or a quote that is never closed`,
      );
    case 'ENOENT':
      return new BadInput(`${path}: there is no such file`);
    case 'EISDIR':
      return new BadInput(`${path}: this is a folder`);
    case 'EACCES':
      return new BadInput(`${path}: reading it is not permitted`);
    case 'Z_BUF_ERROR':
      return new BadInput(`${path}: the gzip file is cut off`);
  }
  if (code.startsWith('CSV_')) return new BadInput(`${at}: this is not CSV`);
  return code.startsWith('Z_') ? new BadInput(`${path}: not a gzip file`) : error;
}
