export type Iso20022ErrorCode =
  /** Larger than a message may be, or deeper. */
  | 'too_large'
  | 'too_deep'
  /** The bytes are not UTF-8. */
  | 'not_utf8'
  /** Not well-formed XML with namespaces. */
  | 'not_xml'
  | 'doctype'
  /** Nothing in it is a business message. */
  | 'no_message'
  | 'several_messages'
  | 'unsupported_message'
  | 'unknown_element'
  | 'unknown_attribute'
  | 'missing_element'
  | 'missing_attribute'
  | 'misplaced_element'
  | 'too_many'
  /** Text where only elements may be. */
  | 'unexpected_text'
  /** The text is not of the element's type. */
  | 'bad_value';

export interface Place {
  /** Of the element, below the document: `FIToFICstmrCdtTrf/CdtTrfTxInf[2]/IntrBkSttlmAmt`; '' where no element is to blame. */
  readonly path: string;
  /** Of the text, from 1; 0 where there is no text, as in writing. */
  readonly line: number;
}

/** Why a text is not a message, or a message can not be written. The message of the error quotes no content of the text. */
export class Iso20022Error extends Error {
  override readonly name = 'Iso20022Error';
  readonly path: string;
  readonly line: number;

  constructor(
    readonly code: Iso20022ErrorCode,
    what: string,
    { path, line }: Place,
  ) {
    const where = [path, line === 0 ? '' : `line ${line}`].filter((part) => part !== '').join(', ');
    super(where === '' ? what : `${where}: ${what}`);
    this.path = path;
    this.line = line;
  }
}
