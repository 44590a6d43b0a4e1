import { BITMAP_BYTES, Bitmap } from './bitmap.js';
import { asciiOf } from './charset.js';
import { compileElement } from './content/compile-content.js';
import type { ElementCodec } from './content/content-codec.js';
import type { CharacterEncoding, Dialect, FieldSpec } from './dialect.js';
import type { Iso8583Message } from './message.js';
import { Mti } from './mti.js';
import { fail, Source, Target } from './place.js';

const LAST_FIELD = 192;

/** Bytes to message and back, of one dialect. Keeps a buffer: not for use from inside itself. */
export class Codec {
  private readonly mti: Mti;
  private readonly bitmap: Bitmap;
  private readonly elements: readonly (ElementCodec | undefined)[];
  private readonly toAscii: Uint8Array | undefined;
  private readonly bits = new Uint8Array(BITMAP_BYTES);
  private readonly target = new Target();

  /** @throws TypeError if the dialect contradicts itself */
  constructor(readonly dialect: Dialect) {
    const page = codePageOf(dialect);
    this.toAscii = page === undefined ? undefined : asciiOf(page);
    this.mti = new Mti(dialect);
    this.bitmap = new Bitmap(dialect.bitmap, dialect.encodings.text);
    this.elements = Array.from({ length: LAST_FIELD + 1 }, (_, field) => compileField(dialect, field));
  }

  /**
   * Reads one whole message. What is returned shares no memory with `bytes`.
   * @throws Iso8583Error and nothing else, whatever the bytes are; its `partial` has what was read before
   */
  decode(bytes: Uint8Array): Iso8583Message {
    const source = new Source(asBuffer(bytes), this.toAscii);
    const mti = this.mti.read(source);
    source.mti = mti;
    source.field = 'bitmap';
    const { bits } = this;
    this.bitmap.read(source, bits);
    for (let i = 0; i < BITMAP_BYTES; i++) {
      let byte = bits[i] ?? 0;
      while (byte !== 0) {
        const bit = Math.clz32(byte) - 24;
        byte &= ~(0x80 >> bit);
        this.readField(source, 8 * i + bit + 1);
      }
    }
    if (source.offset !== source.end) {
      source.field = 'message';
      fail(source, 'trailing', source.offset, `${source.end - source.offset} bytes behind the last field`);
    }
    return { mti, fields: source.fields };
  }

  /**
   * @param message with fields up to 192, the last that ISO 8583 can say; what is beyond is not looked at
   * @param headroom bytes to leave free before the message, for a frame's length: 0 if left out
   * @returns bytes of which `decode` makes the same message
   * @throws Iso8583Error if the dialect can not say that; nothing is padded or cut
   */
  encode(message: Iso8583Message, headroom = 0): Buffer {
    const { target, bits } = this;
    target.start();
    this.mti.write(target, message.mti);
    target.field = 'bitmap';
    this.markFields(message);
    this.bitmap.write(target, bits);
    for (let i = 0; i < BITMAP_BYTES; i++) {
      let byte = bits[i] ?? 0;
      while (byte !== 0) {
        const bit = Math.clz32(byte) - 24;
        byte &= ~(0x80 >> bit);
        this.writeField(target, message, 8 * i + bit + 1);
      }
    }
    const bytes = Buffer.allocUnsafe(headroom + target.offset);
    target.buffer.copy(bytes, headroom, 0, target.offset);
    return bytes;
  }

  private readField(source: Source, field: number): void {
    source.field = field;
    const element = this.elements[field];
    if (element === undefined) fail(source, 'field.unknown', source.offset, 'a field that the dialect does not have');
    source.fields[field] = element.read(source);
  }

  private markFields({ fields }: Iso8583Message): void {
    const { bits, target } = this;
    bits.fill(0);
    // By number, not by key: a key is text, and one more object for each field.
    for (let field = 0; field <= LAST_FIELD; field++) {
      if (fields[field] === undefined) continue;
      if (this.elements[field] === undefined) {
        target.field = field;
        fail(target, 'field.unknown', target.offset, 'a field that the dialect does not have');
      }
      const at = (field - 1) >> 3;
      bits[at] = (bits[at] ?? 0) | (0x80 >> ((field - 1) & 7));
    }
  }

  private writeField(target: Target, { fields }: Iso8583Message, field: number): void {
    target.field = field;
    const value = fields[field];
    const element = this.elements[field];
    if (value === undefined || element === undefined) return;
    element.write(target, value);
  }
}

/** Compiles a dialect once; keep what is returned. @throws TypeError if the dialect contradicts itself */
export function compile(dialect: Dialect): Codec {
  return new Codec(dialect);
}

function compileField(dialect: Dialect, field: number): ElementCodec | undefined {
  const spec: FieldSpec | undefined = dialect.fields[field];
  if (spec === undefined) return undefined;
  const isThirdBitmap = field === 65 && dialect.bitmap.tertiary === true;
  if (field < 2 || isThirdBitmap) throw new TypeError(`${dialect.name}: ${field} is a bitmap, not a field`);
  if (field > 128 && dialect.bitmap.tertiary !== true)
    throw new TypeError(`${dialect.name}: field ${field} needs a third bitmap`);
  return compileElement(spec, dialect.encodings);
}

/** The code page of the dialect's EBCDIC text: one view of a message's bytes as text serves all of its fields. */
function codePageOf({ name, mti, encodings, fields }: Dialect): CharacterEncoding | undefined {
  const used = new Set<string>([mti, encodings.text, encodings.digits, encodings.prefix]);
  for (const spec of Object.values(fields)) if ('encoding' in spec) used.add(spec.encoding ?? '');
  const pages = (['cp037', 'cp500', 'cp1047'] as const).filter((page) => used.has(page));
  if (pages.length > 1) throw new TypeError(`${name}: more than one EBCDIC code page`);
  return pages[0];
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
