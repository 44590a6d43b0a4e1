import { describe as about, expect, it } from '@jest/globals';
import { Iso8583Error, type Pieces, readBlockedVbs, readVbs, writeBlockedVbs, writeVbs } from '../index.js';

const RECORDS = ['This is first record 1234567', 'This is second record AAAABBBBB123'].map((text) => Buffer.from(text));
const TERMINATOR = Buffer.alloc(4);

async function collected<T>(pieces: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const piece of pieces) all.push(piece);
  return all;
}

async function joined(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  return Buffer.concat(await collected(pieces));
}

function inPieces(bytes: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
}

async function refusalOf(records: AsyncIterable<unknown>): Promise<string> {
  try {
    for await (const _ of records);
  } catch (error) {
    if (error instanceof Iso8583Error) return `${error.code} ${error.offset}`;
    throw error;
  }
  return 'not refused';
}

const plain = await joined(writeVbs(RECORDS));
const inBlocks = await joined(writeBlockedVbs(RECORDS));

about('a file of records', () => {
  it('is these bytes, as cardutil documents them', () => {
    const [first = '', second = ''] = RECORDS.map((record) => record.toString('hex'));
    expect(plain.toString('hex')).toBe(`0000001c${first}00000022${second}00000000`);
    expect(inBlocks.toString('hex')).toBe(plain.toString('hex').padEnd(1_014 * 2, '40'));
  });

  it.each([1, 2, 3, 7, 40, 1_013, 1_014, 5_000])('is read in pieces of %i bytes', async (size) => {
    const many = Array.from({ length: 60 }, (_, i) => Buffer.alloc(1 + ((i * 37) % 300), i));
    const files: [(pieces: Pieces) => AsyncIterable<Buffer>, Buffer][] = [
      [readVbs, await joined(writeVbs(inOrder(many)))],
      [readBlockedVbs, await joined(writeBlockedVbs(many))],
    ];
    for (const [read, file] of files) expect(await collected(read(inPieces(file, size)))).toEqual(many);
  });

  it.each([1_003, 1_004, 1_005, 1_006, 1_007, 1_008, 1_009, 2_016])(
    'of %i bytes is read around the end of a block',
    async (size) => {
      const record = Buffer.alloc(size, 0x40);
      const file = await joined(writeBlockedVbs([record]));
      expect(file.length % 1_014).toBe(0);
      expect(await collected(readBlockedVbs([file]))).toEqual([record]);
    },
  );

  it('without records is its end', async () => {
    expect(await joined(writeVbs([]))).toEqual(TERMINATOR);
    expect(await collected(readVbs([TERMINATOR]))).toEqual([]);
  });

  it('may have a whole block of filling behind its data, as cardutil writes it, and no more', async () => {
    const file = await joined(writeBlockedVbs([Buffer.alloc(1_004, 1)]));
    const filling = Buffer.alloc(1_014, 0x40);
    expect(file).toHaveLength(1_014);
    expect(await collected(readBlockedVbs([file, filling]))).toHaveLength(1);
    expect(await refusalOf(readBlockedVbs([file, filling, filling]))).toBe('record.trailing 2024');
  });

  it('is refused when it is not whole', async () => {
    expect(await refusalOf(readVbs([]))).toBe('record.truncated 0');
    expect(await refusalOf(readVbs([plain.subarray(0, 20)]))).toBe('record.truncated 20');
    expect(await refusalOf(readVbs([plain.subarray(0, -4)]))).toBe(`record.truncated ${plain.length - 4}`);
    expect(await refusalOf(readVbs([plain, Buffer.from('x')]))).toBe(`record.trailing ${plain.length}`);
    expect(await refusalOf(readVbs([Buffer.from('00001771', 'hex')]))).toBe('record.overlong 0');
    expect(await refusalOf(readBlockedVbs([inBlocks.subarray(0, -1)]))).toBe('block.truncated 1013');
    expect(await refusalOf(readBlockedVbs([inBlocks.fill(0x20, 1_013)]))).toBe('block.padding 1012');
  });

  it('is not written with a record that could not be read', async () => {
    expect(await refusalOf(writeVbs([Buffer.alloc(0)]))).toBe('record.empty 0');
    expect(await refusalOf(writeVbs([Buffer.alloc(6_001)]))).toBe('record.overlong 0');
  });
});

async function* inOrder(records: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* records;
}
