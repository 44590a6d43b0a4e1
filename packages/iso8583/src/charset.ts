// Which bytes are which characters, as tables of 256: one load per byte, no regular expression.
import type { CharacterEncoding, TextKind } from './dialect.js';

const FIRST_PRINTABLE = 0x20;
const LAST_PRINTABLE = 0x7e;
const CP037 =
  '405a7f7b5b6c507d4d5d5c4e6b604b61f0f1f2f3f4f5f6f7f8f97a5e4c7e6e6f7cc1c2c3c4c5c6c7c8c9d1d2d3d4d5d6d7d8d9e2e3e4e5e6e7e8e9bae0bbb06d79818283848586878889919293949596979899a2a3a4a5a6a7a8a9c04fd0a1';
const CP500 =
  '404f7f7b5b6c507d4d5d5c4e6b604b61f0f1f2f3f4f5f6f7f8f97a5e4c7e6e6f7cc1c2c3c4c5c6c7c8c9d1d2d3d4d5d6d7d8d9e2e3e4e5e6e7e8e94ae05a5f6d79818283848586878889919293949596979899a2a3a4a5a6a7a8a9c0bbd0a1';

/** By the code of a printable ASCII character, its byte. Of the IBM code pages only what printable ASCII needs. */
const BYTES: Readonly<Record<CharacterEncoding, Uint8Array>> = {
  ascii: table((code) => (isPrintable(code) ? code : 0)),
  cp037: printable(CP037),
  cp500: printable(CP500),
  cp1047: printable(CP037, { '[': 0xad, ']': 0xbd, '^': 0x5f }),
};

const MEMBERS: Readonly<Record<Exclude<TextKind, 'x+n'> | 'sign' | 'hex', (character: string) => boolean>> = {
  n: isDigit,
  a: isLetter,
  an: (character) => isDigit(character) || isLetter(character),
  anp: (character) => isDigit(character) || isLetter(character) || character === ' ',
  ans: () => true,
  z: (character) => (character >= '0' && character <= '?') || character === 'D',
  sign: (character) => character === 'C' || character === 'D',
  hex: (character) => isDigit(character) || (character >= 'A' && character <= 'F'),
};

export type CharacterKind = keyof typeof MEMBERS;

/** By character code, the byte to write; 0 for a character that is not of that kind. */
export function bytesOf(kind: CharacterKind, encoding: CharacterEncoding): Uint8Array {
  const bytes = BYTES[encoding];
  return table((code) => (isPrintable(code) && MEMBERS[kind](String.fromCharCode(code)) ? (bytes[code] ?? 0) : 0));
}

/** By byte, 1 if it is a character of that kind. */
export function membersOf(kind: CharacterKind, encoding: CharacterEncoding): Uint8Array {
  const members = new Uint8Array(256);
  for (const byte of bytesOf(kind, encoding)) if (byte !== 0) members[byte] = 1;
  return members;
}

/** By byte, the ASCII code of its character; 0 where there is none. */
export function asciiOf(encoding: CharacterEncoding): Uint8Array {
  const codes = new Uint8Array(256);
  for (const [code, byte] of BYTES[encoding].entries()) if (byte !== 0) codes[byte] = code;
  return codes;
}

/** What hexadecimalOf gives for a byte that is no capital hexadecimal digit. */
export const NO_DIGIT = 255;

/** By byte, the value of the hexadecimal digit that it is. */
export function hexadecimalOf(encoding: CharacterEncoding): Uint8Array {
  const bytes = bytesOf('hex', encoding);
  const values = new Uint8Array(256).fill(NO_DIGIT);
  for (const [value, digit] of [...'0123456789ABCDEF'].entries()) values[bytes[digit.charCodeAt(0)] ?? 0] = value;
  return values;
}

/** By the value of a hexadecimal digit, its byte. */
export function digitsOf(encoding: CharacterEncoding): Uint8Array {
  return Uint8Array.from([...'0123456789ABCDEF'], (digit) => BYTES[encoding][digit.charCodeAt(0)] ?? 0);
}

function table(entry: (code: number) => number): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, code) => entry(code));
}

function printable(hex: string, instead: Readonly<Record<string, number>> = {}): Uint8Array {
  const bytes = new Uint8Array(256);
  bytes.set(Buffer.from(hex, 'hex'), FIRST_PRINTABLE);
  for (const [character, byte] of Object.entries(instead)) bytes[character.charCodeAt(0)] = byte;
  return bytes;
}

function isPrintable(code: number): boolean {
  return code >= FIRST_PRINTABLE && code <= LAST_PRINTABLE;
}

function isDigit(character: string): boolean {
  return character >= '0' && character <= '9';
}

function isLetter(character: string): boolean {
  return (character >= 'A' && character <= 'Z') || (character >= 'a' && character <= 'z');
}
