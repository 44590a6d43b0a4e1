/// <reference lib="es2024.string" />
// What avsc does otherwise than the ledger needs: longs as bigint with a checked range, text that survives the round trip,
// Uint8Array as bytes, absent values as null without trying each branch, and counts that can't run past the bytes.
// avsc's own way to bigint longs (`LongType.__with`) makes one or two Buffers per number and asks every branch of a union
// whether it fits; overriding the methods that it calls, under the names it gives them, is 1.5 to 3.5 times as fast.
// The version of avsc is pinned, and the golden bytes come from avsc's own types.
import avro, { type Type } from 'avsc';

/** The part of avsc's cursor over a buffer that is used here. */
interface Tap {
  readonly buf: Buffer;
  pos: number;
  readLong(): number;
  writeLong(value: number): void;
  writeString(value: string): void;
}

type FaultHook = ((value: unknown, type: Type) => void) | undefined;

interface Readable {
  _read(tap: Tap): unknown;
}

const { ArrayType, BytesType, LongType, StringType, UnwrappedUnionType } = avro.types;

const EXACT_ZIGZAG = 2 ** 52;
const MIN_LONG = -(2n ** 63n);
const MAX_LONG = 2n ** 63n - 1n;

class BigLongType extends LongType {
  _check(value: unknown, _flags: unknown, hook: FaultHook): boolean {
    const valid = typeof value === 'bigint' && value >= MIN_LONG && value <= MAX_LONG;
    if (!valid && hook) hook(value, this);
    return valid;
  }

  /** 28 bits at a time, because bitwise operators work on 32; a bigint is made once, at the end. */
  _read(tap: Tap): bigint {
    const { buf } = tap;
    let { pos } = tap;
    let byte = 0;
    let low = 0;
    let shift = 0;
    // Beyond the end a byte reads as undefined, which the operators take for 0: the caller finds `pos` past the end.
    do {
      byte = buf[pos++] as number;
      low |= (byte & 0x7f) << shift;
      shift += 7;
    } while (byte & 0x80 && shift < 28);
    if (!(byte & 0x80)) {
      tap.pos = pos;
      return BigInt((low >>> 1) ^ -(low & 1));
    }
    let high = 0;
    shift = 0;
    do {
      byte = buf[pos++] as number;
      high |= (byte & 0x7f) << shift;
      shift += 7;
    } while (byte & 0x80 && shift < 28);
    tap.pos = pos;
    if (byte & 0x80 || high >= 0x4000000) return readTop(tap, low, high, byte);
    const magnitude = high * 0x8000000 + (low >>> 1);
    return BigInt(low & 1 ? -magnitude - 1 : magnitude);
  }

  _write(tap: Tap, value: unknown): void {
    if (typeof value !== 'bigint') throw new TypeError('not a bigint');
    const rounded = Number(value);
    if (rounded > -EXACT_ZIGZAG && rounded < EXACT_ZIGZAG) tap.writeLong(rounded);
    else writeLarge(tap, value);
  }

  /** Called with a schema's default, which is a JSON number, or with a value. */
  _copy(value: unknown): bigint {
    if (typeof value === 'bigint') return value;
    if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
    throw new TypeError('not a whole number');
  }

  _update(resolver: Readable, writer: Type & Readable): void {
    if (writer.typeName === 'long') resolver._read = this._read;
    else if (writer.typeName === 'int') resolver._read = (tap) => BigInt(Number(writer._read(tap)));
  }
}

/** Bits 56 to 63, then the whole. */
function readTop(tap: Tap, low: number, high: number, last: number): bigint {
  let top = 0;
  let byte = last;
  for (let shift = 0; byte & 0x80; shift += 7) {
    byte = tap.buf[tap.pos++] as number;
    if (shift === 7 && byte > 1) throw new RangeError('a long of more than 64 bits');
    top |= (byte & 0x7f) << shift;
  }
  const zigzag = BigInt(low) | (BigInt(high) << 28n) | (BigInt(top) << 56n);
  return (zigzag >> 1n) ^ -(zigzag & 1n);
}

function writeLarge(tap: Tap, value: bigint): void {
  if (value < MIN_LONG || value > MAX_LONG) throw new RangeError('a long of more than 64 bits');
  let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
  while (rest > 0x7fn) {
    tap.buf[tap.pos++] = Number(rest & 0x7fn) | 0x80;
    rest >>= 7n;
  }
  tap.buf[tap.pos++] = Number(rest);
}

/** Up to this length a loop is quicker than a call into C++ (measured: equal near 24). */
const SHORT_TEXT = 24;

class WellFormedStringType extends StringType {
  _check(value: unknown, _flags: unknown, hook: FaultHook): boolean {
    const valid = typeof value === 'string' && value.isWellFormed();
    if (!valid && hook) hook(value, this);
    return valid;
  }

  /** Nearly all text here is ASCII: its length in bytes is known without a look at it, so that is tried first. */
  _write(tap: Tap, value: unknown): void {
    if (typeof value !== 'string') throw new TypeError('not a string');
    const { length } = value;
    const start = tap.pos;
    if (length < 64) tap.buf[tap.pos++] = length << 1;
    else tap.writeLong(length);
    const { buf, pos } = tap;
    const ascii = length <= SHORT_TEXT ? writeShortAscii(buf, pos, value) : writeAscii(buf, pos, value);
    if (ascii) {
      tap.pos = pos + length;
      return;
    }
    tap.pos = start;
    if (!value.isWellFormed()) throw new RangeError('a lone surrogate');
    tap.writeString(value);
  }
}

function writeShortAscii(buf: Buffer, pos: number, value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code > 0x7f) return false;
    buf[pos + i] = code;
  }
  return true;
}

/** Anything but ASCII takes more bytes than it has characters; with less room than the most it may take, a cut would hide that. */
function writeAscii(buf: Buffer, pos: number, value: string): boolean {
  return pos + 3 * value.length <= buf.length && buf.write(value, pos) === value.length;
}

class AnyBytesType extends BytesType {
  _check(value: unknown, _flags: unknown, hook: FaultHook): boolean {
    const valid = value instanceof Uint8Array;
    if (!valid && hook) hook(value, this);
    return valid;
  }

  _write(tap: Tap, value: unknown): void {
    if (!(value instanceof Uint8Array)) throw new TypeError('not bytes');
    tap.writeLong(value.length);
    const start = tap.pos;
    tap.pos += value.length;
    if (tap.pos <= tap.buf.length) tap.buf.set(value, start);
  }
}

/** `["null", X]`: anything but null is X. */
class NullableType extends UnwrappedUnionType {
  _getIndex(value: unknown): number {
    return value === null ? 0 : 1;
  }
}

type Item = Type & Readable & { _skip(tap: Tap): void };

class BoundedArrayType extends ArrayType {
  declare readonly itemsType: Item;

  _read(tap: Tap): unknown[] {
    const items: unknown[] = [];
    for (let count = readCount(tap); count > 0; count = readCount(tap)) {
      while (count-- > 0) items.push(this.itemsType._read(tap));
    }
    return items;
  }

  _skip(tap: Tap): void {
    for (let count = readCount(tap); count > 0; count = readCount(tap)) {
      while (count-- > 0) this.itemsType._skip(tap);
    }
  }
}

/** Every item takes a byte at least (no array here holds nulls), so a count beyond the rest of the bytes means that some are missing. */
function readCount(tap: Tap): number {
  let count = tap.readLong();
  if (count < 0) {
    count = -count;
    tap.readLong(); // the block's size in bytes
  }
  if (count <= tap.buf.length - tap.pos) return count;
  tap.pos = tap.buf.length + 1;
  return 0;
}

const LONG = new BigLongType();
const STRING = new WellFormedStringType();
const BYTES = new AnyBytesType();
const PRIMITIVES = new Map<unknown, Type>([
  ['long', LONG],
  ['string', STRING],
  ['bytes', BYTES],
]);

type TypeHook = NonNullable<NonNullable<Parameters<typeof avro.Type.forSchema>[1]>['typeHook']>;
type AnySchema = Parameters<TypeHook>[0];

const typeHook: TypeHook = (schema, options) => {
  if (typeof schema === 'string') return PRIMITIVES.get(schema);
  if (Array.isArray(schema)) {
    return schema.length === 2 && schema[0] === 'null' ? new NullableType(schema, options) : undefined;
  }
  if (!('type' in schema)) return undefined;
  return schema.type === 'array' ? new BoundedArrayType(schema, options) : PRIMITIVES.get(schema.type);
};

/**
 * The avsc type of a schema. Records it reads are plain objects with the schema's fields in their order.
 * @throws Error where the schema is not one
 */
export function typeOf(schema: AnySchema): Type {
  // avsc fills the registry that it is given; two types that share one would share their named records too.
  const type = avro.Type.forSchema(schema, { registry: {}, typeHook, omitRecordMethods: true });
  makePlain(type);
  return type;
}

/** Gives the records avsc builds the prototype of a literal, so that they compare equal to one. */
function makePlain(type: Type): void {
  if (type instanceof avro.types.RecordType) {
    if (type.recordConstructor.prototype === Object.prototype) return;
    type.recordConstructor.prototype = Object.prototype;
    for (const field of type.fields) makePlain(field.type);
  } else if (type instanceof ArrayType) makePlain(type.itemsType);
  else if (type instanceof UnwrappedUnionType) type.types.forEach(makePlain);
}
