import { describe as about, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { arbitraryMessage } from './arbitrary-messages.suite.js';
import { everyEncoding } from './every-encoding.suite.js';
import {
  bytesAt,
  compile,
  type Dialect,
  Iso8583Error,
  ipm,
  ipmAscii,
  jpos1987,
  lll,
  nao1215,
  subelements,
  tallystick,
  tallystickBinary,
  tallystickEbcdic,
  textAt,
  valueAt,
} from './index.js';

const DIALECTS = [
  tallystick,
  tallystickBinary,
  tallystickEbcdic,
  ipm,
  ipmAscii,
  nao1215,
  jpos1987,
  everyEncoding,
] as const;
const RUNS = 150;

about.each(DIALECTS.map((dialect) => [dialect.name, dialect] as const))('the dialect %s', (_name, dialect) => {
  const codec = compile(dialect);

  it('reads every message that it writes as what it was, and writes that again', () => {
    fc.assert(
      fc.property(arbitraryMessage(dialect), (message) => {
        const bytes = codec.encode(message);
        const read = codec.decode(bytes);
        expect(read).toEqual(message);
        expect(codec.encode(read).equals(bytes)).toBe(true);
      }),
      { numRuns: RUNS },
    );
  });

  it('takes changed bytes only if they are the one way to write what it reads', () => {
    const change = fc.record({ at: fc.nat(), byte: fc.nat(255), kind: fc.constantFrom('set', 'cut', 'insert', 'end') });
    fc.assert(
      fc.property(arbitraryMessage(dialect), fc.array(change, { minLength: 1, maxLength: 3 }), (message, changes) => {
        expectCanonicalOrRefused(changes.reduce(changed, codec.encode(message)));
      }),
      { numRuns: RUNS },
    );

    function expectCanonicalOrRefused(bytes: Buffer): void {
      let message: ReturnType<typeof codec.decode>;
      try {
        message = codec.decode(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(Iso8583Error);
        return;
      }
      expect(codec.encode(message).equals(bytes)).toBe(true);
    }
  });
});

interface Change {
  readonly at: number;
  readonly byte: number;
  readonly kind: string;
}

function changed(bytes: Buffer, { at, byte, kind }: Change): Buffer {
  const place = at % Math.max(1, bytes.length);
  const copy = Buffer.from(bytes);
  if (kind === 'set') {
    copy[place] = byte;
    return copy;
  }
  if (kind === 'end') return copy.subarray(0, place);
  return Buffer.concat([
    copy.subarray(0, place),
    Buffer.from(kind === 'insert' ? [byte] : []),
    copy.subarray(kind === 'insert' ? place : place + 1),
  ]);
}

about('a message', () => {
  const codec = compile(tallystick);

  it('is these bytes in the bank’s own dialect', () => {
    const fields = { 3: '000000', 11: '000042', 39: '00', 41: 'TERM0001', 70: '301' };
    const bytes = codec.encode({ mti: '0110', fields });
    expect(bytes.toString('latin1')).toBe('0110A0200000028000000400000000000000000000000042' + '00TERM0001301');
  });

  it('is these bytes in BCD', () => {
    const bytes = compile(tallystickBinary).encode({
      mti: '0100',
      fields: { 2: '4111111111111', 22: '051', 37: 'ABCDEF123456' },
    });
    expect(bytes.toString('hex')).toBe(`01004000040008000000${'13'}04111111111111${'0051'}414243444546313233343536`);
  });

  it('is these bytes in EBCDIC', () => {
    const bytes = compile(tallystickEbcdic).encode({ mti: '0800', fields: { 41: 'A1 [^]|!' } });
    expect(bytes.toString('hex')).toBe('f0f8f0f0f0f0f0f0f0f0f0f0f0f0f8f0f0f0f0f0c1f1404a5f5abb4f');
  });

  it('is asked by paths', () => {
    const message = {
      mti: '0100',
      fields: { 11: '000001', 55: subelements([['72', subelements([['86', Buffer.from('aa', 'hex')]])]]) },
    };
    const read = codec.decode(codec.encode(message));
    expect(textAt(read, '11')).toBe('000001');
    expect(bytesAt(read, '55.72.86')).toEqual(Buffer.from('aa', 'hex'));
    expect([valueAt(read, '12'), valueAt(read, '11.1'), textAt(read, '55'), bytesAt(read, '11')]).toEqual(
      Array(4).fill(undefined),
    );
  });

  it('does not change with the bytes it was read from', () => {
    const bytes = codec.encode({ mti: '0100', fields: { 37: 'ABCDEF123456', 52: Buffer.alloc(8, 1) } });
    const read = codec.decode(bytes);
    bytes.fill(0);
    expect(read.fields).toEqual({ 37: 'ABCDEF123456', 52: Buffer.alloc(8, 1) });
  });

  it('longer than what is read at once is read value by value', () => {
    const spec = { name: 'long', length: { max: 65_535, prefix: 4, encoding: 'binary' } } as const;
    const fields = {
      17: { ...spec, kind: 'ans' },
      18: { ...spec, kind: 'n', units: 'digits' },
      19: { ...spec, kind: 'ans', encoding: 'ascii' },
    } as const;
    const long = compile({ ...everyEncoding, fields });
    const message = {
      mti: '0100',
      fields: { 17: 'A'.repeat(65_535), 18: '123'.repeat(11_111), 19: 'B'.repeat(65_535) },
    };
    expect(long.decode(long.encode(message))).toEqual(message);
  });
});

const amounts = { name: 'x', kind: 'repeated', length: lll(120) } as const;

about('a dialect that contradicts itself', () => {
  it.each([
    ['a field beyond its bitmaps', { ...tallystick, fields: { 129: { name: 'x', kind: 'n', length: 1 } } }],
    ['two code pages', { ...ipm, mti: 'cp037' }],
    ['a field where a bitmap is', { ...everyEncoding, fields: { 65: { name: 'x', kind: 'n', length: 1 } } }],
    [
      'parts without end',
      { ...tallystick, fields: { 54: { ...amounts, part: { name: 'x', kind: 'an', length: 0 } } } },
    ],
    ['packed letters', { ...tallystick, fields: { 2: { name: 'x', kind: 'an', encoding: 'bcd', length: 1 } } }],
  ] as readonly (readonly [string, Dialect])[])('is not compiled: %s', (_what, dialect) => {
    expect(() => compile(dialect)).toThrow(TypeError);
  });
});
