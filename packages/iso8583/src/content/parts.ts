import { type FieldValue, isSubelements, type Subelement, type Subelements } from '../message.js';
import { DEEPEST, fail, type Source, type Target } from '../place.js';
import type { ContentCodec, ElementCodec } from './content-codec.js';

export interface Part {
  readonly tag: string;
  readonly codec: ElementCodec;
}

/** Reads `units` bytes that have parts: inside, the source ends where they end. */
export function readParts(source: Source, units: number, readOne: (source: Source, index: number) => Subelement) {
  const outerEnd = source.end;
  source.end = source.offset + units;
  if (source.depth >= DEEPEST) fail(source, 'too_deep', source.offset, `more than ${DEEPEST} levels`);
  const parts: Subelement[] = [];
  while (source.offset < source.end) parts.push(readOne(source, parts.length));
  source.end = outerEnd;
  return parts;
}

export function asParts(target: Target, value: FieldValue): Subelements {
  if (!isSubelements(value)) fail(target, 'value.type', target.offset, 'a list of parts is needed');
  if (target.depth >= DEEPEST) fail(target, 'too_deep', target.offset, `more than ${DEEPEST} levels`);
  return value;
}

/** Every part once, by its place. */
export function positional(parts: readonly Part[]): ContentCodec {
  const readOne = (source: Source, index: number): Subelement => {
    const part = parts[index];
    if (part === undefined) fail(source, 'trailing', source.offset, 'more bytes than its parts take');
    return readPart(source, part.tag, part.codec);
  };
  return {
    bytes: (units) => units,
    read(source, units) {
      const values = readParts(source, units, readOne);
      if (values.length < parts.length)
        fail(source, 'truncated', source.offset, `${values.length} of ${parts.length} parts`);
      return values;
    },
    write(target, value) {
      const start = target.offset;
      const values = asParts(target, value);
      if (values.length !== parts.length)
        fail(target, 'value.length', start, `${values.length} parts, which must be ${parts.length}`);
      for (const [index, part] of parts.entries()) writePart(target, values[index], part.tag, part.codec);
      return target.offset - start;
    },
  };
}

/** One part again and again, tagged by its number. */
export function repeated(codec: ElementCodec): ContentCodec {
  const readOne = (source: Source, index: number) => readPart(source, String(index + 1), codec);
  return {
    bytes: (units) => units,
    read: (source, units) => readParts(source, units, readOne),
    write(target, value) {
      const start = target.offset;
      for (const [index, each] of asParts(target, value).entries()) writePart(target, each, String(index + 1), codec);
      return target.offset - start;
    },
  };
}

function readPart(source: Source, tag: string, codec: ElementCodec): Subelement {
  source.enter(tag);
  const value = codec.read(source);
  source.leave();
  return { tag, value };
}

function writePart(target: Target, part: Subelement | undefined, tag: string, codec: ElementCodec): void {
  target.enter(tag);
  if (part?.tag !== tag) fail(target, 'tag.unknown', target.offset, 'another part stands in its place');
  codec.write(target, part.value);
  target.leave();
}
