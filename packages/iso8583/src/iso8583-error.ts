import type { PartialMessage } from './message.js';

export type Iso8583ErrorCode =
  | 'mti.malformed'
  | 'mti.version'
  | 'bitmap.malformed'
  | 'bitmap.not_canonical'
  | 'field.unknown'
  | 'truncated'
  | 'overlong'
  | 'too_short'
  | 'trailing'
  | 'charset'
  | 'padding'
  | 'length.malformed'
  | 'length.not_canonical'
  | 'tag.malformed'
  | 'tag.unknown'
  | 'too_deep'
  | 'value.type'
  | 'value.length'
  | 'frame.empty'
  | 'frame.overlong'
  | 'frame.truncated'
  | 'record.empty'
  | 'record.overlong'
  | 'record.truncated'
  | 'record.trailing'
  | 'block.padding'
  | 'block.truncated';

const NOTHING: PartialMessage = { fields: {} };

/**
 * The only error that bytes from outside can cause. Neither `message` nor what a logger prints of it holds a field's
 * value: that could be a card number.
 */
export class Iso8583Error extends Error {
  /** Read as a getter only, so that no logger and no JSON takes it for a property of the error. */
  readonly #partial: PartialMessage;

  /**
   * @param code stable, for programs
   * @param field where: `"55.9F02"`, `"mti"`, `"bitmap"`, `"frame"`, `"record"`, `"block"`, or `"message"`
   * @param offset in bytes from the start of the message (of the stream, for framing); when encoding, of what was written so far
   */
  constructor(
    readonly code: Iso8583ErrorCode,
    readonly field: string,
    readonly offset: number,
    problem: string,
    partial: PartialMessage = NOTHING,
  ) {
    super(`ISO 8583 ${/^\d/.test(field) ? 'field ' : ''}${field} at byte ${offset}: ${problem}`);
    this.name = 'Iso8583Error';
    this.#partial = partial;
  }

  /** The fields decoded before the one that failed: enough to answer a format error where the STAN is among them. Card data: don't log it. */
  get partial(): PartialMessage {
    return this.#partial;
  }
}
