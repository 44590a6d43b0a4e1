import type { FieldValue, Subelement } from '../message.js';
import { fail, type Source, type Target } from '../place.js';
import type { ContentCodec } from './content-codec.js';
import type { LengthCodec } from './lengths.js';
import { asParts, readParts } from './parts.js';

/** What stands behind a tag: content of `min` to `max` bytes. */
export interface TaggedElement {
  readonly content: ContentCodec;
  readonly min: number;
  readonly max: number;
}

/** Tag, length and value, in characters. */
export class Tagged implements ContentCodec {
  private readonly most: number;

  /**
   * @param tagDigits how a tag is read and written; it is one or more digits
   * @param length of the value in bytes
   * @param unknown stands for tags that are not among `elements`
   */
  constructor(
    private readonly tagDigits: ContentCodec,
    private readonly digits: number,
    private readonly length: LengthCodec,
    private readonly elements: ReadonlyMap<string, TaggedElement>,
    private readonly unknown: TaggedElement,
  ) {
    this.most = 10 ** length.bytes - 1;
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
    const start = source.offset;
    source.need(this.digits + this.length.bytes);
    const tag = this.tagDigits.read(source, this.digits);
    if (typeof tag !== 'string') fail(source, 'tag.malformed', start, 'a tag that is no text');
    source.enter(tag);
    const { content, min, max } = this.elements.get(tag) ?? this.unknown;
    const length = this.length.read(source);
    if (length > max) fail(source, 'overlong', start + this.digits, `a length over ${max}`);
    if (length < min) fail(source, 'too_short', start + this.digits, `a length below ${min}`);
    source.need(length);
    const value = content.read(source, length);
    source.leave();
    return { tag, value };
  };

  private writeOne(target: Target, { tag, value }: Subelement): void {
    const start = target.offset;
    if (tag.length !== this.digits) fail(target, 'tag.malformed', start, `a tag that has not ${this.digits} digits`);
    this.tagDigits.write(target, tag);
    target.enter(tag);
    target.reserve(this.length.bytes);
    const lengthAt = target.offset;
    target.offset += this.length.bytes;
    const { content, min, max } = this.elements.get(tag) ?? this.unknown;
    const written = content.write(target, value);
    if (written < min || written > Math.min(max, this.most))
      fail(
        target,
        'value.length',
        start,
        `a length of ${written}, which must be ${min} to ${Math.min(max, this.most)}`,
      );
    this.length.write(target, lengthAt, written);
    target.leave();
  }
}
