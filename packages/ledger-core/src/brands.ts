// Types that the compiler keeps apart though they are the same at run time.

declare const brand: unique symbol;
type Branded<T, Name extends string> = T & { readonly [brand]: Name };

/** An amount in minor units of its currency (pence for GBP, fils for KWD). */
export type Minor = bigint;
/** A point in time: microseconds since 1970-01-01T00:00Z. */
export type Micros = bigint;

export type AccountId = Branded<string, 'AccountId'>;
export type CardId = Branded<string, 'CardId'>;
export type TransactionId = Branded<string, 'TransactionId'>;
export type PotId = Branded<string, 'PotId'>;
export type EntryId = Branded<string, 'EntryId'>;
export type TransferId = Branded<string, 'TransferId'>;
export type PaymentId = Branded<string, 'PaymentId'>;
/** Of a scheduled payment or a standing order. */
export type ScheduleId = Branded<string, 'ScheduleId'>;
export type MerchantId = Branded<string, 'MerchantId'>;
/** An item that somebody posted into a feed; a transaction's item has the transaction's id. */
export type FeedItemId = Branded<string, 'FeedItemId'>;
export type AttachmentId = Branded<string, 'AttachmentId'>;
export type ReceiptId = Branded<string, 'ReceiptId'>;
/** Keyed token of a card number; never the number itself. */
export type CardToken = Branded<string, 'CardToken'>;
/** ISO 4217 alphabetic code. */
export type CurrencyCode = Branded<string, 'CurrencyCode'>;
/** YYYY-MM-DD in the book's time zone. */
export type LocalDate = Branded<string, 'LocalDate'>;
/** `liabilities:customers:<account id>`, or a general-ledger account of the chart. */
export type LedgerAccount = Branded<string, 'LedgerAccount'>;
