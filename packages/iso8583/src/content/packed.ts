import type { OddDigits } from '../dialect.js';
import { fail, type Source, type Target } from '../place.js';
import { asText } from './characters.js';
import type { ContentCodec } from './content-codec.js';

/** The nibble that stands for the `=` of track data: 0x3D without its 3. */
const SEPARATOR = 0xd;

/**
 * Two digits a byte (BCD). Track data packs the low halves of its characters, so that only digits and the separator `=` pass.
 * @param countsBytes a unit is a byte instead of a digit. Then an odd number of digits shows only by a filling F.
 */
export function packed(kind: 'n' | 'z', odd: OddDigits, countsBytes: boolean): ContentCodec {
  const filler = odd.endsWith('F') ? 0xf : 0;
  const isLeft = odd.startsWith('left');
  const isTrack = kind === 'z';
  const readDigits = (source: Source, digits: number) => {
    const start = source.offset;
    const end = start + ((digits + 1) >> 1);
    const isOdd = (digits & 1) === 1;
    if (isOdd && nibbleAt(source, isLeft ? 2 * start : 2 * end - 1) !== filler)
      fail(source, 'padding', isLeft ? start : end - 1, 'the half byte that fills up is not what it must be');
    const first = 2 * start + (isOdd && isLeft ? 1 : 0);
    checkNibbles(source, first, first + digits, isTrack);
    source.offset = end;
    const text = source.packedDigits(first, first + digits);
    return isTrack && text.includes('d') ? text.replaceAll('d', '=') : text;
  };
  return {
    bytes: countsBytes ? (units) => units : (units) => (units + 1) >> 1,
    read(source, units) {
      if (!countsBytes) return readDigits(source, units);
      const at = isLeft ? 2 * source.offset : 2 * (source.offset + units) - 1;
      return readDigits(source, 2 * units - (units > 0 && filler === 0xf && nibbleAt(source, at) === 0xf ? 1 : 0));
    },
    write(target, value) {
      const text = asText(target, value);
      const isOdd = (text.length & 1) === 1;
      if (isOdd && countsBytes && filler === 0) fail(target, 'value.length', target.offset, 'an odd number of digits');
      const bytes = (text.length + 1) >> 1;
      target.reserve(bytes);
      writeNibbles(target, text, isOdd && isLeft ? filler : -1, isOdd && !isLeft ? filler : -1, isTrack);
      return countsBytes ? bytes : text.length;
    },
  };
}

/** @param at in half bytes */
function nibbleAt(source: Source, at: number): number {
  const byte = source.bytes[at >> 1] ?? 0;
  return (at & 1) === 0 ? byte >> 4 : byte & 0xf;
}

function checkNibbles(source: Source, first: number, end: number, isTrack: boolean): void {
  for (let at = first; at < end; at++) {
    const nibble = nibbleAt(source, at);
    if (nibble > 9 && !(isTrack && nibble === SEPARATOR))
      fail(source, 'charset', at >> 1, 'a half byte that is no digit');
  }
}

/** @param before a nibble to start with, or -1; `after` to end with */
function writeNibbles(target: Target, text: string, before: number, after: number, isTrack: boolean): void {
  const { buffer } = target;
  let { offset } = target;
  let high = before;
  for (let i = 0; i < text.length; i++) {
    const nibble = nibbleOf(target, text.charCodeAt(i), isTrack);
    if (high === -1) high = nibble;
    else {
      buffer[offset++] = (high << 4) | nibble;
      high = -1;
    }
  }
  if (high !== -1) buffer[offset++] = (high << 4) | after;
  target.offset = offset;
}

function nibbleOf(target: Target, code: number, isTrack: boolean): number {
  const nibble = code - 0x30;
  const fits = (nibble >= 0 && nibble <= 9) || (isTrack && nibble === SEPARATOR);
  if (!fits) fail(target, 'charset', target.offset, 'a character that can not be packed');
  return nibble;
}
