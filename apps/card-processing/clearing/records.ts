// What one record of a clearing file may be, whatever the file's format.
import type { cardProcessingContract, RequestOf } from '@tallystick/contracts';
import type {
  CardId,
  CurrencyCode,
  LocalDate,
  Micros,
  Minor,
  PostClearing,
  PostRefund,
  RecordRepresentment,
  ReverseClearing,
  ReverseRefund,
  SchemeKeys,
} from '@tallystick/ledger-core';
import type { CardBody } from '../gateway.schemas.js';

export type ClearingFile = RequestOf<(typeof cardProcessingContract)['methods']['postClearing']>['file'];
export type ClearingFormat = RequestOf<(typeof cardProcessingContract)['methods']['postClearing']>['format'];

export type PresentmentType = 'clearing' | 'refund' | 'clearing_reversal' | 'refund_reversal' | 'representment';
/** What posts money of its own, and what speaks of a presentment that was posted. */
export type PresentmentCommand = PostClearing | PostRefund | ReverseClearing | ReverseRefund | RecordRepresentment;

/** Stands in a command until the card is located; the ledger never sees it. */
export const CARD_TO_BE_LOCATED = 'card_to_be_located' as CardId;

/** What may tell the authorisation where the record names neither it nor its keys. */
export interface Clues {
  /** DE38. */
  readonly approvalCode: string | null;
  /** Of the merchant alone, without the place. */
  readonly merchant: string | null;
  /** Keys worked out from other fields, which may or may not be those of the authorisation. */
  readonly probableKeys: SchemeKeys | null;
}
export const NO_CLUES: Clues = { approvalCode: null, merchant: null, probableKeys: null };

export interface Presentment {
  readonly card: CardBody;
  readonly command: PresentmentCommand;
  /** Null for the file's business day. */
  readonly effectiveAt: Micros | null;
  readonly direction: 'debit' | 'credit';
  readonly amount: Minor;
  readonly currency: CurrencyCode;
  readonly clues: Clues;
}

export interface ControlTotal {
  readonly currency: CurrencyCode;
  readonly debits: Minor;
  readonly credits: Minor;
}

export type RecordKind =
  | {
      readonly kind: 'header';
      readonly file: ClearingFile;
      readonly count: number | null;
      readonly totals: readonly ControlTotal[] | null;
    }
  | { readonly kind: 'trailer'; readonly id: string; readonly checksum: Minor; readonly messages: number }
  | { readonly kind: 'presentment'; readonly presentment: Presentment }
  | { readonly kind: 'exception'; readonly reason: string }
  | { readonly kind: 'administrative' }
  | { readonly kind: 'fault'; readonly fault: string };

export interface ReadRecord {
  readonly is: RecordKind;
  /** DE4, or 0. */
  readonly checksum: Minor;
  /** DE71. */
  readonly messageNumber: number | null;
  /** SHA-256 of the content, with every card number masked: nobody can try numbers out against it. */
  readonly fingerprint: string;
}

/** Reads one record. @param file undefined for the first record, which has to be the header */
export type RecordReader = (record: Uint8Array, file: ClearingFile | undefined) => ReadRecord;

export function fault(sentence: string): RecordKind {
  return { kind: 'fault', fault: sentence };
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

export function isDay(text: string): text is LocalDate {
  const noon = DAY.test(text) ? Date.parse(`${text}T12:00:00Z`) : Number.NaN;
  return noon >= 0 && new Date(noon).toISOString().startsWith(text);
}
