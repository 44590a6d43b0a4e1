// Whatever comes in: an answer or the codec's own error, soon, and in memory that is bounded by what came in.
import { describe as about, expect, it } from '@jest/globals';
import { everyEncoding } from './every-encoding.suite.js';
import {
  type Codec,
  compile,
  describe,
  Iso8583Error,
  ipm,
  jpos1987,
  nao1215,
  subelements,
  tallystick,
  tallystickBinary,
  tallystickEbcdic,
} from './index.js';

const LARGEST_BYTES = 2 * 1024 * 1024;
const SMALL_ROUNDS = 1_000;
const LARGEST_ROUNDS = 2;
/** Of decoding 2 MB, on a machine that does other things too. */
const SOON_MS = 2_000;

const seed = Number(process.env.TALLYSTICK_SEED ?? Date.now() % 2 ** 31);
const codecs = [tallystick, tallystickBinary, tallystickEbcdic, ipm, nao1215, jpos1987, everyEncoding].map(compile);

/** mulberry32: the same numbers for the same seed. */
function randomNumbers(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

const next = randomNumbers(seed);
const noise = Buffer.alloc(LARGEST_BYTES);
for (let i = 0; i < LARGEST_BYTES; i += 4) noise.writeUInt32LE(next(), i);
const upTo = (limit: number) => next() % limit;

function randomBytes(count: number): Buffer {
  const bytes = Buffer.allocUnsafe(count);
  for (let i = 0; i < count; i++) bytes[i] = next();
  return bytes;
}

/** Something with fields of every kind, where the dialect has them. */
function sampleOf({ dialect }: Codec): Parameters<Codec['encode']>[0] {
  const [version = '0'] = dialect.versions;
  const icc = {
    55: subelements([
      ['9F02', Buffer.alloc(6)],
      ['9F10', Buffer.alloc(200)],
    ]),
  };
  const fields = { 2: '4111111111111111', ...(dialect.fields[55] === undefined ? {} : icc) };
  return { mti: `${version}100`, fields };
}

function decodeOrRefuse(codec: Codec, bytes: Uint8Array): void {
  try {
    describe(codec.decode(bytes), codec.dialect);
  } catch (error) {
    if (!(error instanceof Iso8583Error)) throw new Error(`seed ${seed}, ${codec.dialect.name}`, { cause: error });
  }
}

/** A valid beginning, behind which anything may come: random bytes alone hardly get past the bitmap. */
function begun(codec: Codec, rest: Buffer): Buffer {
  const sample = codec.encode(sampleOf(codec));
  const head = sample.subarray(0, 4 + upTo(sample.length - 3));
  return Buffer.concat([head, rest]);
}

function mutated(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  for (let count = 1 + upTo(8); count > 0; count--) copy[upTo(copy.length)] = next();
  return copy;
}

about(`input that nobody meant to be a message, seed ${seed}`, () => {
  it.each(codecs.map((codec) => [codec.dialect.name, codec] as const))(
    'is refused or read: short, as %s',
    (_n, codec) => {
      const sample = codec.encode(sampleOf(codec));
      for (let round = 0; round < SMALL_ROUNDS; round++) {
        decodeOrRefuse(codec, randomBytes(upTo(300)));
        decodeOrRefuse(codec, begun(codec, randomBytes(upTo(300))));
        decodeOrRefuse(codec, mutated(sample));
      }
    },
  );

  it.each(codecs.map((codec) => [codec.dialect.name, codec] as const))('is refused soon: 2 MB, as %s', (_n, codec) => {
    const digits = Buffer.alloc(LARGEST_BYTES, '0123456789');
    for (let round = 0; round < LARGEST_ROUNDS; round++) {
      const started = performance.now();
      for (const bytes of [
        noise,
        digits,
        begun(codec, noise),
        begun(codec, digits),
        begun(codec, Buffer.alloc(LARGEST_BYTES)),
      ])
        decodeOrRefuse(codec, bytes);
      expect(performance.now() - started).toBeLessThan(5 * SOON_MS);
    }
  });

  it('takes no more memory than a few times its size', () => {
    const codec = compile({
      ...everyEncoding,
      fields: { 17: { name: 'ber', kind: 'ber', elements: {}, nested: ['70'], length: { max: 65_535, prefix: 4 } } },
    });
    // As many empty elements as fit: the most objects that bytes can ask for.
    const most = subelements(Array.from({ length: 32_767 }, () => ['81', Buffer.alloc(0)] as const));
    const bytes = codec.encode({ mti: '0100', fields: { 17: most } });
    const before = process.memoryUsage().heapUsed;
    const read = codec.decode(bytes);
    expect(read.fields[17]).toHaveLength(32_767);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(64 * 1024 * 1024);
  });
});
