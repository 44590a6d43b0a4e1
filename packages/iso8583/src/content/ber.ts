// BER-TLV as EMV has it: book 3, annex B. Only one way of writing a length is taken: the shortest.
import type { FieldValue, Subelement } from '../message.js';
import { fail, type Source, type Target } from '../place.js';
import { rawBytes } from './binary.js';
import type { ContentCodec } from './content-codec.js';
import { asParts, readParts } from './parts.js';

const MORE_BYTES_OF_TAG = 0x1f;
const LONGEST_TAG_BYTES = 3;
const LONG_FORM = 0x80;
const LONGEST_VALUE_BYTES = 0xffff;
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0').toUpperCase());

export class BerTlv implements ContentCodec {
  private readonly names: ReadonlyMap<number, string>;
  private readonly codes: ReadonlyMap<string, number>;

  /**
   * @param known tags whose names are kept, so that no new text is made for each that comes
   * @param nested tags whose value is BER-TLV again
   */
  constructor(
    known: Iterable<string>,
    private readonly nested: ReadonlySet<string>,
  ) {
    this.codes = new Map(Array.from(known, (tag) => [tag, Number.parseInt(tag, 16)]));
    this.names = new Map(Array.from(this.codes, ([tag, code]) => [code, tag]));
  }

  bytes(units: number): number {
    return units;
  }

  read(source: Source, units: number): FieldValue {
    return readParts(source, units, this.readOne);
  }

  write(target: Target, value: FieldValue): number {
    const start = target.offset;
    for (const each of asParts(target, value)) this.writeOne(target, each);
    return target.offset - start;
  }

  private readonly readOne = (source: Source): Subelement => {
    const tag = this.readTag(source);
    source.enter(tag);
    const length = readLength(source);
    source.need(length);
    const value = this.nested.has(tag) ? this.read(source, length) : rawBytes.read(source, length);
    source.leave();
    return { tag, value };
  };

  private readTag(source: Source): string {
    const start = source.offset;
    const bytes = tagBytes(source.bytes, start, source.end);
    if (bytes === 0) fail(source, 'tag.malformed', start, 'no BER tag');
    let tag = 0;
    for (let i = 0; i < bytes; i++) tag = (tag << 8) | (source.bytes[start + i] ?? 0);
    source.offset = start + bytes;
    return this.names.get(tag) ?? nameOf(source.bytes, start, bytes);
  }

  private writeOne(target: Target, { tag, value }: Subelement): void {
    const start = target.offset;
    const code = this.codes.get(tag);
    if (code === undefined) writeUnknownTag(target, tag);
    else writeKnownTag(target, code);
    target.enter(tag);
    const lengthAt = target.offset;
    target.reserve(1);
    target.offset++;
    const written = this.nested.has(tag) ? this.write(target, value) : rawBytes.write(target, value);
    if (written > LONGEST_VALUE_BYTES)
      fail(target, 'value.length', start, `a length of ${written}, which must be up to ${LONGEST_VALUE_BYTES}`);
    writeLength(target, lengthAt, written);
    target.leave();
  }
}

/** @returns 0 if there is no tag at `start`. 00 is none: EMV allows it as filling, which would be lost. */
function tagBytes(bytes: Uint8Array, start: number, end: number): number {
  const first = bytes[start] ?? 0;
  if (start >= end || first === 0) return 0;
  if ((first & MORE_BYTES_OF_TAG) !== MORE_BYTES_OF_TAG) return 1;
  for (let i = 1; i < LONGEST_TAG_BYTES && start + i < end; i++) {
    const byte = bytes[start + i] ?? 0;
    if (i === 1 && byte === LONG_FORM) return 0;
    if (byte < LONG_FORM) return i + 1;
  }
  return 0;
}

function nameOf(bytes: Uint8Array, start: number, count: number): string {
  let name = '';
  for (let i = 0; i < count; i++) name += HEX[bytes[start + i] ?? 0] ?? '';
  return name;
}

function readLength(source: Source): number {
  const start = source.offset;
  source.need(1);
  const first = source.bytes[start] ?? 0;
  if (first < LONG_FORM) {
    source.offset = start + 1;
    return first;
  }
  const bytes = first - LONG_FORM;
  if (bytes !== 1 && bytes !== 2) fail(source, 'length.malformed', start, 'a length that is not of 1 to 3 bytes');
  source.need(1 + bytes);
  const length = source.bytes.readUIntBE(start + 1, bytes);
  if (length < (bytes === 1 ? LONG_FORM : 0x100))
    fail(source, 'length.not_canonical', start, 'a length that can be written shorter');
  source.offset = start + 1 + bytes;
  return length;
}

function writeKnownTag(target: Target, code: number): void {
  target.reserve(LONGEST_TAG_BYTES);
  if (code > 0xffff) target.buffer[target.offset++] = code >> 16;
  if (code > 0xff) target.buffer[target.offset++] = code >> 8;
  target.buffer[target.offset++] = code;
}

function writeUnknownTag(target: Target, tag: string): void {
  const start = target.offset;
  target.reserve(LONGEST_TAG_BYTES);
  const count = tag.length >> 1;
  if (count <= LONGEST_TAG_BYTES)
    for (let i = 0; i < count; i++) target.buffer[start + i] = Number.parseInt(tag.slice(2 * i, 2 * i + 2), 16);
  const isTag = count <= LONGEST_TAG_BYTES && tagBytes(target.buffer, start, start + count) === count;
  if (!isTag || nameOf(target.buffer, start, count) !== tag)
    fail(target, 'tag.malformed', start, 'no BER tag in capital hexadecimal digits');
  target.offset = start + count;
}

/** One byte was left for it; a longer one moves the value. */
function writeLength(target: Target, at: number, length: number): void {
  const more = length < LONG_FORM ? 0 : length < 0x100 ? 1 : 2;
  if (more === 0) {
    target.buffer[at] = length;
    return;
  }
  target.reserve(more);
  target.buffer.copyWithin(at + 1 + more, at + 1, target.offset);
  target.buffer[at] = LONG_FORM + more;
  target.buffer.writeUIntBE(length, at + 1, more);
  target.offset += more;
}
