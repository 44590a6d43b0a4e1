// @tallystick/iso8583: ISO 8583 bytes to typed messages and back, by a declared dialect.
//
//   const codec = compile(tallystick);
//   const message = codec.decode(bytes);            // { mti: '0100', fields: { 2: '…', 11: '000001', 55: [{ tag: '9F02', … }] } }
//   textAt(message, '11'); bytesAt(message, '55.9F02');
//   socket.write(encodeFrame(codec, { mti: '0110', fields: { ...copied, 39: '00' } }));
//   log(describe(message, tallystick));             // card numbers masked, secrets left out
//
// A dialect is plain data: a field table with encodings (src/dialect.ts says what can be declared, src/dialects/ has some).
// Compile it once and keep the codec.
//
// Strict both ways. decode() takes exactly one way of writing each message, so that encode(decode(bytes)) is bytes and
// decode(encode(message)) is message; all else is an Iso8583Error with a stable code, the field and the byte offset, never
// with a value. Its `partial` has the fields before the failing one: where the STAN (11) is among them, a format error can
// be answered. encode() pads nothing and cuts nothing.
//
// frameSplitter() and frame() are for TCP; readVbs(), readBlockedVbs() and their writers for clearing files.
export { type Codec, compile } from './codec.js';
export { describe } from './describe.js';
export {
  type BerContent,
  type BinaryContent,
  type BitmapSpec,
  type CharacterEncoding,
  type Content,
  type Dialect,
  type ElementSpec,
  type Encodings,
  type FieldSpec,
  ll,
  lll,
  llll,
  type Naming,
  type OddDigits,
  type PartSpec,
  type PositionalContent,
  type RepeatedContent,
  type Sensitive,
  type TaggedContent,
  type TextContent,
  type TextKind,
  type Until,
  type Variable,
} from './dialect.js';
export { emv, emvFlat } from './dialects/emv.js';
export { ipm, ipmAscii } from './dialects/ipm.js';
export { iso1987Fields } from './dialects/iso1987.js';
export { jpos1987, nao1215 } from './dialects/recorded.js';
export { tallystick, tallystickBinary, tallystickEbcdic } from './dialects/tallystick.js';
export { encodeFrame, frame, frameSplitter } from './framing/frames.js';
export type { LengthSplitter } from './framing/length-splitter.js';
export { blocked, type Pieces, readBlockedVbs, readVbs, unblocked, writeBlockedVbs, writeVbs } from './framing/vbs.js';
export { Iso8583Error, type Iso8583ErrorCode } from './iso8583-error.js';
export { maskedPan } from './masking.js';
export {
  bytesAt,
  type Fields,
  type FieldValue,
  type Iso8583Message,
  isSubelements,
  type PartialMessage,
  type Subelement,
  type Subelements,
  subelements,
  textAt,
  valueAt,
} from './message.js';
