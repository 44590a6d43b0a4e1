// Generated from schemas/avro by `npm run generate`; do not edit.

import type { AccountId, AttachmentId, CardId, CardToken, CurrencyCode, EntryId, FeedItemId, LedgerAccount, LocalDate, MerchantId, Micros, Minor, PaymentId, PotId, ReceiptId, ScheduleId, TransactionId, TransferId } from '../brands.js';


/** The account's balances after this event, in the order of its stream (minor units). */
export interface Balances {
  /** Posted money of the main balance, the customer's view: credits minus debits. */
  readonly ledger: Minor;
  /** Sum of the remaining holds; never negative. */
  readonly held: Minor;
  /** ledger - held + overdraft limit. */
  readonly available: Minor;
  /** Sum of the balances of all pots. */
  readonly pots: Minor;
}

/** The side of a posting. */
export type Side = 'DEBIT' | 'CREDIT';

/** One line of a journal entry. */
export interface Posting {
  /** liabilities:customers:<account id>, or a general-ledger account. */
  readonly account: LedgerAccount;
  /** The pot within the customer account; absent for the main balance. */
  readonly pot: PotId | null;
  /** DEBIT or CREDIT. */
  readonly side: Side;
  /** Minor units, above zero. */
  readonly amount: Minor;
  /** ISO 4217 alphabetic code. */
  readonly currency: CurrencyCode;
}

/** A balanced journal entry: debits equal credits in each currency. */
export interface JournalEntry {
  /** The entry's own id. */
  readonly entryId: EntryId;
  /** At least two. */
  readonly postings: readonly Posting[];
}

/** Where a card transaction stands. */
export type TransactionStatus = 'PENDING' | 'DECLINED' | 'REVERSED' | 'EXPIRED' | 'SETTLED';

/** The scheme's own keys of a message of the authorisation family (lifecycles: Keys). */
export interface SchemeKeys {
  /** Acquiring institution, DE32. */
  readonly acquirer: string;
  /** System trace audit number, DE11. */
  readonly stan: string;
  /** Retrieval reference number, DE37. */
  readonly rrn: string;
  /** Local date and time, DE13 and DE12 (DE7 where those are absent). */
  readonly transmittedAt: string;
}

/** The card transaction after this event, so that any row can be written from the last event alone. */
export interface CardTransaction {
  /** The one id from the first authorisation to the last dispute. */
  readonly transactionId: TransactionId;
  /** The card used. */
  readonly cardId: CardId;
  /** effectiveAt of the transaction's first event. */
  readonly createdAt: Micros;
  readonly status: TransactionStatus;
  /** Billing currency. */
  readonly currency: CurrencyCode;
  /** Original or approved part + increments - amounts reversed. */
  readonly authorised: Minor;
  /** What is left of the hold. */
  readonly remaining: Minor;
  /** Sum of all presentments. */
  readonly cleared: Minor;
  /** Sum of all reversed presentments. */
  readonly clearingReversed: Minor;
  /** Sum of linked refunds minus those reversed. */
  readonly refunded: Minor;
  /** When the open hold expires; absent where it never does. */
  readonly expiresAt: Micros | null;
  /** The first message's scheme keys. */
  readonly keys: SchemeKeys | null;
}

/** What the authorisation asks for. */
export type AuthorisationKind = 'PURCHASE' | 'CASH' | 'CASHBACK' | 'STATUS_INQUIRY' | 'CREDIT';

/** How the card was used. */
export type Channel = 'ONLINE' | 'CONTACTLESS' | 'CHIP' | 'MAGSTRIPE' | 'ATM' | 'OTHER';

/** The card acceptor, as the message named it. */
export interface Merchant {
  /** Raw merchant name and location text, DE43. */
  readonly descriptor: string;
  /** Merchant category code, DE18 (ISO 18245). */
  readonly mcc: string | null;
  /** Category text of an imported row. */
  readonly category: string | null;
  /** ISO 3166 code. */
  readonly country: string | null;
}

/** An amount with its currency. */
export interface Money {
  /** Minor units. */
  readonly amount: Minor;
  /** ISO 4217 alphabetic code. */
  readonly currency: CurrencyCode;
}

/** Channels that are on, and merchant categories that are blocked. */
export interface CardControls {
  readonly online: boolean;
  readonly contactless: boolean;
  readonly atm: boolean;
  readonly magstripe: boolean;
  /** Merchant category codes. */
  readonly blockedCategories: readonly string[];
}

/** Spending limits of a card; absent means none. Amounts in minor units of the account currency. */
export interface CardLimits {
  readonly perTransaction: Minor | null;
  readonly dailyAmount: Minor | null;
  readonly monthlyAmount: Minor | null;
  /** Cash from machines and the cash part of cash-back. */
  readonly dailyCash: Minor | null;
  readonly dailyCount: number | null;
  readonly monthlyCount: number | null;
}

/** Where a dispute stands; OPEN and REPRESENTED wait for an outcome. */
export type DisputeStatus = 'OPEN' | 'REPRESENTED' | 'WON' | 'LOST' | 'ABSORBED';

/** The dispute after this event, so that any row can be written from the last event alone. */
export interface Dispute {
  /** The case's own key, as the bank or the scheme numbers it. */
  readonly disputeKey: string;
  /** The card transaction disputed. */
  readonly originalTransactionId: TransactionId;
  /** The card used. */
  readonly cardId: CardId;
  /** Card scheme, as in liabilities:scheme-settlement:<scheme>. */
  readonly scheme: string;
  readonly status: DisputeStatus;
  /** Billing currency. */
  readonly currency: CurrencyCode;
  /** What was claimed first. */
  readonly opened: Minor;
  /** What is claimed still: less what the merchant gave back meanwhile. */
  readonly claim: Minor;
  /** What the customer has of it: provisional credit until the outcome, for good after one that is not lost. */
  readonly credited: Minor;
}

/** Where a merchant is, as far as it is known. */
export interface MerchantLocation {
  /** Street and number. */
  readonly address: string | null;
  readonly city: string | null;
  readonly region: string | null;
  /** ISO 3166 alpha-3 code. */
  readonly country: string | null;
  readonly postcode: string | null;
  /** Microdegrees, north positive. */
  readonly latitude: number | null;
  /** Microdegrees, east positive. */
  readonly longitude: number | null;
}

/** By which way money leaves for another bank. */
export interface OtherBank {
  /** As in PaymentSent. */
  readonly scheme: string;
  readonly nostro: LedgerAccount;
}

/** How often it is paid. */
export type Frequency = 'ONCE' | 'WEEKLY' | 'MONTHLY' | 'YEARLY';

/** FINISHED: every payment was taken or missed. */
export type ScheduleStatus = 'ACTIVE' | 'FINISHED' | 'CANCELLED';

/** A payment that is made by itself on its dates, as it stands after the event. */
export interface PaymentSchedule {
  readonly scheduleId: ScheduleId;
  /** An account of this bank; absent where the payments go to another bank. */
  readonly destinationAccountId: AccountId | null;
  /** Absent where an account of this bank is paid. */
  readonly otherBank: OtherBank | null;
  /** Of each payment, in minor units. */
  readonly amount: Minor;
  readonly currency: CurrencyCode;
  readonly frequency: Frequency;
  /** Of the first payment; the day of the week, of the month or of the year of all of them. */
  readonly firstDate: LocalDate;
  /** Nothing is paid after it; absent: no such date. */
  readonly lastDate: LocalDate | null;
  /** How many payments there are at most; absent: no limit. */
  readonly times: number | null;
  readonly status: ScheduleStatus;
  /** How many of its payments were taken or missed. */
  readonly decided: number;
  /** Of the payment that comes next; absent where none does. */
  readonly nextDate: LocalDate | null;
}

/** The account was closed. */
export interface AccountClosed {
  readonly type: 'AccountClosed';
}

/** Nothing goes out by decision until unfrozen. */
export interface AccountFrozen {
  readonly type: 'AccountFrozen';
  readonly reason: string;
}

/** An account was opened. */
export interface AccountOpened {
  readonly type: 'AccountOpened';
  readonly accountId: AccountId;
  /** User ids. */
  readonly owners: readonly string[];
  readonly currency: CurrencyCode;
  readonly product: string;
  readonly overdraftLimit: Minor;
  /** A reference of the outside; a card number only masked. */
  readonly externalReference: string | null;
  /** Personal text, sealed under the customer's key. */
  readonly personal: Uint8Array | null;
  readonly balances: Balances;
}

/** Somebody else owns the account, too. */
export interface AccountOwnerAdded {
  readonly type: 'AccountOwnerAdded';
  /** user_… */
  readonly userId: string;
  /** All of them after this event. */
  readonly owners: readonly string[];
}

/** An owner owns the account no more. */
export interface AccountOwnerRemoved {
  readonly type: 'AccountOwnerRemoved';
  /** user_… */
  readonly userId: string;
  /** All of them after this event. */
  readonly owners: readonly string[];
}

/** The account was unfrozen. */
export interface AccountUnfrozen {
  readonly type: 'AccountUnfrozen';
}

/** Two people adjusted the account by hand. */
export interface AdjustmentPosted {
  readonly type: 'AdjustmentPosted';
  readonly adjustmentId: string;
  readonly transactionId: TransactionId;
  /** Signed: positive credits the customer. */
  readonly amount: Minor;
  readonly currency: CurrencyCode;
  readonly reason: string;
  readonly proposedBy: string;
  readonly approvedBy: string;
  /** The general-ledger account on the other side. */
  readonly contra: LedgerAccount;
  /** The whole journal entry. */
  readonly entry: JournalEntry;
  readonly balances: Balances;
}

/** A file beside a transaction was taken away. */
export interface AttachmentDeregistered {
  readonly type: 'AttachmentDeregistered';
  /** attach_… */
  readonly attachmentId: AttachmentId;
  readonly transactionId: TransactionId;
  /** user_… */
  readonly userId: string;
}

/** A file was put beside a transaction. */
export interface AttachmentRegistered {
  readonly type: 'AttachmentRegistered';
  /** attach_… */
  readonly attachmentId: AttachmentId;
  readonly transactionId: TransactionId;
  /** user_…; who may take it away. */
  readonly userId: string;
  /** Texts file_url and file_type, sealed under the account's key. */
  readonly personal: Uint8Array | null;
}

/** An advice set the authorised amount of a transaction that we hold. */
export interface AuthorisationAdjusted {
  readonly type: 'AuthorisationAdjusted';
  readonly transaction: CardTransaction;
  /** The new authorised amount. */
  readonly amount: Minor;
  /** The increment that was advised, where its own key was quoted. */
  readonly incrementKeys: SchemeKeys | null;
  /** Why someone must look at it, such as account_closed. */
  readonly exception: string | null;
  /** Old minus new remaining hold. */
  readonly released: Minor;
  readonly balances: Balances;
}

/** The scheme approved for us; recorded as it was. */
export interface AuthorisationAdvised {
  readonly type: 'AuthorisationAdvised';
  readonly transaction: CardTransaction;
  /** Card scheme, as in liabilities:scheme-settlement:<scheme>. */
  readonly scheme: string;
  readonly kind: AuthorisationKind;
  readonly channel: Channel;
  readonly amount: Minor;
  readonly cashAmount: Minor;
  readonly responseCode: string;
  readonly merchant: Merchant;
  /** Transaction amount and currency where they differ from billing, DE4 and DE49. */
  readonly local: Money | null;
  /** Why someone must look at it, such as account_closed. */
  readonly exception: string | null;
  /** Old minus new remaining hold. */
  readonly released: Minor;
  readonly balances: Balances;
}

/** An authorisation was approved and its amount is held. */
export interface AuthorisationApproved {
  readonly type: 'AuthorisationApproved';
  readonly transaction: CardTransaction;
  /** Card scheme, as in liabilities:scheme-settlement:<scheme>. */
  readonly scheme: string;
  readonly kind: AuthorisationKind;
  readonly channel: Channel;
  readonly requested: Minor;
  /** Below requested where partial. */
  readonly approved: Minor;
  readonly cashAmount: Minor;
  /** DE39. */
  readonly responseCode: string;
  readonly merchant: Merchant;
  /** Transaction amount and currency where they differ from billing, DE4 and DE49. */
  readonly local: Money | null;
  /** The transaction an increment without an open hold belongs to. */
  readonly linkedTransactionId: TransactionId | null;
  readonly balances: Balances;
}

/** An authorisation or an increment was declined. */
export interface AuthorisationDeclined {
  readonly type: 'AuthorisationDeclined';
  readonly transaction: CardTransaction;
  /** Card scheme, as in liabilities:scheme-settlement:<scheme>. */
  readonly scheme: string;
  readonly kind: AuthorisationKind;
  readonly channel: Channel;
  readonly requested: Minor;
  /** Rung of the ladder, or stand_in. */
  readonly reason: string;
  /** DE39. */
  readonly responseCode: string;
  /** True where an increment of an existing transaction was declined. */
  readonly increment: boolean;
  readonly merchant: Merchant;
  /** Transaction amount and currency where they differ from billing, DE4 and DE49. */
  readonly local: Money | null;
  /** Absent for an unknown card. */
  readonly balances: Balances | null;
}

/** The hold expired. */
export interface AuthorisationExpired {
  readonly type: 'AuthorisationExpired';
  readonly transaction: CardTransaction;
  /** Old minus new remaining hold. */
  readonly released: Minor;
  readonly balances: Balances;
}

/** The hold was raised. */
export interface AuthorisationIncremented {
  readonly type: 'AuthorisationIncremented';
  readonly transaction: CardTransaction;
  readonly increment: Minor;
  /** The increment's own keys. */
  readonly incrementKeys: SchemeKeys | null;
  /** Old minus new remaining hold (negative). */
  readonly released: Minor;
  readonly balances: Balances;
}

/** All or part of an authorisation was reversed. */
export interface AuthorisationReversed {
  readonly type: 'AuthorisationReversed';
  readonly transaction: CardTransaction;
  /** By how much the authorised amount fell. */
  readonly amount: Minor;
  /** The new authorised total of a partial reversal. */
  readonly replacement: Minor | null;
  /** The increment that was reversed, where its own key was quoted. */
  readonly reversedKeys: SchemeKeys | null;
  /** SCHEME or ANSWERED_LATE. */
  readonly reason: string;
  /** Old minus new remaining hold. */
  readonly released: Minor;
  readonly balances: Balances;
}

/** A file was taken in whole; it never expires. */
export interface BatchCompleted {
  readonly type: 'BatchCompleted';
  /** cards, journal. */
  readonly kind: string;
  readonly file: string;
  readonly identity: string;
  /** Equal for files whose rows are the same multiset. */
  readonly contentFingerprint: string;
  readonly rows: number;
  readonly accepted: number;
  readonly declined: number;
}

export interface CardActivated {
  readonly type: 'CardActivated';
  readonly cardId: CardId;
}

export interface CardCancelled {
  readonly type: 'CardCancelled';
  readonly cardId: CardId;
  readonly reason: string;
}

export interface CardControlsSet {
  readonly type: 'CardControlsSet';
  readonly cardId: CardId;
  readonly controls: CardControls;
}

export interface CardFrozen {
  readonly type: 'CardFrozen';
  readonly cardId: CardId;
  readonly frozenBy: string;
}

/** A card was issued. */
export interface CardIssued {
  readonly type: 'CardIssued';
  readonly cardId: CardId;
  /** Keyed token of the card number. */
  readonly token: CardToken;
  /** For people: ************1234. */
  readonly masked: string | null;
  /** YYYY-MM, the last month of validity; absent where the card never expires. */
  readonly expiry: string | null;
  /** Whose it is of the account's owners; absent where nobody said. */
  readonly holder: string | null;
  /** Usable without activation. */
  readonly active: boolean;
  readonly controls: CardControls;
  readonly limits: CardLimits;
}

export interface CardLimitsSet {
  readonly type: 'CardLimitsSet';
  readonly cardId: CardId;
  readonly limits: CardLimits;
}

/** A single message moved the money at once. */
export interface CardPaymentPosted {
  readonly type: 'CardPaymentPosted';
  readonly transaction: CardTransaction;
  /** Card scheme, as in liabilities:scheme-settlement:<scheme>. */
  readonly scheme: string;
  readonly kind: AuthorisationKind;
  readonly channel: Channel;
  readonly amount: Minor;
  readonly cashAmount: Minor;
  readonly responseCode: string;
  readonly merchant: Merchant;
  /** Transaction amount and currency where they differ from billing, DE4 and DE49. */
  readonly local: Money | null;
  /** The whole journal entry. */
  readonly entry: JournalEntry;
  readonly balances: Balances;
}

/** A single message was reversed. */
export interface CardPaymentReversed {
  readonly type: 'CardPaymentReversed';
  readonly transaction: CardTransaction;
  /** What came back. */
  readonly amount: Minor;
  readonly replacement: Minor | null;
  /** Why someone must look at it, such as account_closed. */
  readonly exception: string | null;
  /** The whole journal entry. */
  readonly entry: JournalEntry;
  readonly balances: Balances;
}

/** The old card was replaced; it still resolves to the account. */
export interface CardReplaced {
  readonly type: 'CardReplaced';
  readonly cardId: CardId;
  readonly replacementCardId: CardId;
}

export interface CardReportedLost {
  readonly type: 'CardReportedLost';
  readonly cardId: CardId;
}

export interface CardReportedStolen {
  readonly type: 'CardReportedStolen';
  readonly cardId: CardId;
}

export interface CardUnfrozen {
  readonly type: 'CardUnfrozen';
  readonly cardId: CardId;
}

/** A presentment was posted. */
export interface ClearingPosted {
  readonly type: 'ClearingPosted';
  readonly transaction: CardTransaction;
  /** Card scheme, as in liabilities:scheme-settlement:<scheme>. */
  readonly scheme: string;
  /** Scheme, function code, reversal indicator, acquirer reference, sequence. */
  readonly clearingKey: string;
  /** Billing amount. */
  readonly amount: Minor;
  /** DE5 and DE50 where the currency differs. */
  readonly reconciliation: Money | null;
  readonly sequenceNumber: number | null;
  readonly sequenceCount: number | null;
  readonly final: boolean;
  /** Without an open authorisation. */
  readonly forced: boolean;
  /** By how much cleared exceeds authorised. */
  readonly overCaptured: Minor;
  readonly merchant: Merchant;
  /** Transaction amount and currency where they differ from billing, DE4 and DE49. */
  readonly local: Money | null;
  /** The purchase date. */
  readonly transactedAt: Micros | null;
  /** Why someone must look at it, such as account_closed. */
  readonly exception: string | null;
  /** The whole journal entry. */
  readonly entry: JournalEntry;
  /** Old minus new remaining hold. */
  readonly released: Minor;
  readonly balances: Balances;
}

/** A presentment was reversed; the hold is not reopened. */
export interface ClearingReversed {
  readonly type: 'ClearingReversed';
  readonly transaction: CardTransaction;
  readonly clearingKey: string;
  readonly amount: Minor;
  /** Why someone must look at it, such as account_closed. */
  readonly exception: string | null;
  /** The whole journal entry. */
  readonly entry: JournalEntry;
  readonly balances: Balances;
}

/** A presentment in another currency than the account's went to suspense. */
export interface ClearingSuspended {
  readonly type: 'ClearingSuspended';
  readonly clearingKey: string;
  readonly cardId: CardId;
  /** Card scheme, as in liabilities:scheme-settlement:<scheme>. */
  readonly scheme: string;
  readonly amount: Minor;
  readonly currency: CurrencyCode;
  readonly reason: string;
  readonly merchant: Merchant;
  /** The whole journal entry. */
  readonly entry: JournalEntry;
}

/** The bank bears what was claimed. */
export interface DisputeAbsorbed {
  readonly type: 'DisputeAbsorbed';
  readonly dispute: Dispute;
  /** Borne by the bank, minor units; may be zero. */
  readonly amount: Minor;
  readonly currency: CurrencyCode;
  /** Why someone must look at it, such as account_closed. */
  readonly exception: string | null;
  /** The whole journal entry; absent where no money moved. */
  readonly entry: JournalEntry | null;
  readonly balances: Balances;
}

/** The customer pays the provisional credit back, even below zero. */
export interface DisputeLost {
  readonly type: 'DisputeLost';
  /** The own id of the money's row; absent where no money moved. */
  readonly transactionId: TransactionId | null;
  readonly dispute: Dispute;
  /** Debited to the customer, minor units; may be zero. */
  readonly amount: Minor;
  readonly currency: CurrencyCode;
  /** Why someone must look at it, such as account_closed. */
  readonly exception: string | null;
  /** The whole journal entry; absent where no money moved. */
  readonly entry: JournalEntry | null;
  readonly balances: Balances;
}

/** A customer disputes a cleared card transaction. */
export interface DisputeOpened {
  readonly type: 'DisputeOpened';
  readonly dispute: Dispute;
  /** The scheme's reason code, or words. */
  readonly reason: string;
  /** Why someone must look at it, such as account_closed. */
  readonly exception: string | null;
  readonly balances: Balances;
}

/** The merchant gave money back meanwhile: less is claimed, and provisional credit is taken back. */
export interface DisputeReduced {
  readonly type: 'DisputeReduced';
  /** The own id of the money's row; absent where no money moved. */
  readonly transactionId: TransactionId | null;
  readonly dispute: Dispute;
  /** Provisional credit taken back, minor units; may be zero. */
  readonly amount: Minor;
  readonly currency: CurrencyCode;
  /** Why someone must look at it, such as account_closed. */
  readonly exception: string | null;
  /** The whole journal entry; absent where no money moved. */
  readonly entry: JournalEntry | null;
  readonly balances: Balances;
}

/** The merchant contests the dispute (second presentment). The customer is untouched until the outcome. */
export interface DisputeRepresented {
  readonly type: 'DisputeRepresented';
  readonly dispute: Dispute;
  /** What is presented again, where it is stated. */
  readonly amount: Minor | null;
  /** Of the presentment presented again, where it came from a clearing file. */
  readonly clearingKey: string | null;
  /** Why someone must look at it, such as account_closed. */
  readonly exception: string | null;
  readonly balances: Balances;
}

/** The scheme pays what was claimed. */
export interface DisputeWon {
  readonly type: 'DisputeWon';
  readonly dispute: Dispute;
  /** Paid by the scheme, minor units; may be zero. */
  readonly amount: Minor;
  readonly currency: CurrencyCode;
  /** Why someone must look at it, such as account_closed. */
  readonly exception: string | null;
  /** The whole journal entry; absent where no money moved. */
  readonly entry: JournalEntry | null;
  readonly balances: Balances;
}

/** A journal entry without any customer account. */
export interface EntryPosted {
  readonly type: 'EntryPosted';
  /** suspense, scheme-settlement, write-off, correction. */
  readonly kind: string;
  readonly description: string;
  /** The outside's key, such as a clearing key. */
  readonly reference: string;
  /** Why someone must look at it. */
  readonly exception: string | null;
  /** The whole journal entry. */
  readonly entry: JournalEntry;
}

/** A fee was charged. */
export interface FeeCharged {
  readonly type: 'FeeCharged';
  readonly feeId: string;
  readonly transactionId: TransactionId;
  readonly kind: string;
  readonly amount: Minor;
  readonly currency: CurrencyCode;
  /** The whole journal entry. */
  readonly entry: JournalEntry;
  readonly balances: Balances;
}

/** Somebody else than the bank put an item into the feed. */
export interface FeedItemPosted {
  readonly type: 'FeedItemPosted';
  /** item_… */
  readonly itemId: FeedItemId;
  /** basic. */
  readonly kind: string;
  /** Title, body, addresses and colours, sealed under the account's key. */
  readonly personal: Uint8Array | null;
}

/** A person said who a merchant is; all of it, not only what changed. */
export interface MerchantCorrected {
  readonly type: 'MerchantCorrected';
  readonly merchantId: MerchantId;
  readonly name: string;
  readonly category: string;
  readonly location: MerchantLocation | null;
  readonly reason: string;
  readonly correctedBy: string;
}

/** The overdraft limit was set. */
export interface OverdraftLimitSet {
  readonly type: 'OverdraftLimitSet';
  readonly overdraftLimit: Minor;
  readonly balances: Balances;
}

/** The other bank has it. */
export interface PaymentConfirmed {
  readonly type: 'PaymentConfirmed';
  readonly paymentId: PaymentId;
  readonly amount: Minor;
  /** The whole journal entry. */
  readonly entry: JournalEntry;
}

/** A payment from another bank was credited. */
export interface PaymentReceived {
  readonly type: 'PaymentReceived';
  readonly paymentId: PaymentId;
  readonly transactionId: TransactionId;
  /** Card scheme, as in liabilities:scheme-settlement:<scheme>. */
  readonly scheme: string;
  readonly amount: Minor;
  readonly currency: CurrencyCode;
  readonly nostro: LedgerAccount;
  /** Personal text, sealed under the customer's key. */
  readonly personal: Uint8Array | null;
  /** The whole journal entry. */
  readonly entry: JournalEntry;
  readonly balances: Balances;
}

/** The payment came back. */
export interface PaymentReturned {
  readonly type: 'PaymentReturned';
  readonly paymentId: PaymentId;
  readonly transactionId: TransactionId;
  readonly amount: Minor;
  readonly currency: CurrencyCode;
  readonly reason: string;
  /** Why someone must look at it, such as account_closed. */
  readonly exception: string | null;
  /** The whole journal entry. */
  readonly entry: JournalEntry;
  readonly balances: Balances;
}

/** A payment is to be made on a date, or a standing order on many. */
export interface PaymentScheduled {
  readonly type: 'PaymentScheduled';
  readonly schedule: PaymentSchedule;
  /** Personal text, sealed under the customer's key: the reference of every payment, and who is paid at another bank. */
  readonly personal: Uint8Array | null;
}

/** A payment left for another bank. */
export interface PaymentSent {
  readonly type: 'PaymentSent';
  readonly paymentId: PaymentId;
  readonly transactionId: TransactionId;
  /** Card scheme, as in liabilities:scheme-settlement:<scheme>. */
  readonly scheme: string;
  readonly amount: Minor;
  readonly currency: CurrencyCode;
  readonly nostro: LedgerAccount;
  /** Personal text, sealed under the customer's key. */
  readonly personal: Uint8Array | null;
  /** The whole journal entry. */
  readonly entry: JournalEntry;
  readonly balances: Balances;
}

/** The pot was closed and its money returned. */
export interface PotClosed {
  readonly type: 'PotClosed';
  readonly potId: PotId;
  readonly transactionId: TransactionId;
  readonly returned: Minor;
  readonly currency: CurrencyCode;
  /** Absent where the pot was empty. */
  readonly entry: JournalEntry | null;
  readonly balances: Balances;
}

/** Money moved from the main balance into the pot. */
export interface PotDeposited {
  readonly type: 'PotDeposited';
  readonly potId: PotId;
  readonly transactionId: TransactionId;
  readonly amount: Minor;
  readonly currency: CurrencyCode;
  readonly potBalance: Minor;
  /** The whole journal entry. */
  readonly entry: JournalEntry;
  readonly balances: Balances;
}

export interface PotLocked {
  readonly type: 'PotLocked';
  readonly potId: PotId;
  /** Absent: until unlocked. */
  readonly until: Micros | null;
}

export interface PotOpened {
  readonly type: 'PotOpened';
  readonly potId: PotId;
  readonly goal: Minor | null;
  /** Personal text, sealed under the customer's key. */
  readonly personal: Uint8Array | null;
  readonly style: string;
}

export interface PotUnlocked {
  readonly type: 'PotUnlocked';
  readonly potId: PotId;
}

/** Money moved from the pot to the main balance. */
export interface PotWithdrawn {
  readonly type: 'PotWithdrawn';
  readonly potId: PotId;
  readonly transactionId: TransactionId;
  readonly amount: Minor;
  readonly currency: CurrencyCode;
  readonly potBalance: Minor;
  /** The whole journal entry. */
  readonly entry: JournalEntry;
  readonly balances: Balances;
}

/** The customer has the disputed money until the outcome, or for good after it. */
export interface ProvisionalCreditPosted {
  readonly type: 'ProvisionalCreditPosted';
  /** The own id of the money's row. */
  readonly transactionId: TransactionId;
  readonly dispute: Dispute;
  /** Minor units. */
  readonly amount: Minor;
  readonly currency: CurrencyCode;
  /** Why someone must look at it, such as account_closed. */
  readonly exception: string | null;
  /** The whole journal entry. */
  readonly entry: JournalEntry;
  readonly balances: Balances;
}

/** A receipt was taken away. */
export interface ReceiptDeleted {
  readonly type: 'ReceiptDeleted';
  /** receipt_… */
  readonly receiptId: ReceiptId;
  readonly transactionId: TransactionId;
  /** oauth2client_… */
  readonly clientId: string;
  /** user_… */
  readonly userId: string;
}

/** A customer's program stored the receipt of a transaction, or another one in its place. */
export interface ReceiptStored {
  readonly type: 'ReceiptStored';
  /** receipt_… */
  readonly receiptId: ReceiptId;
  readonly transactionId: TransactionId;
  /** oauth2client_… */
  readonly clientId: string;
  /** user_… */
  readonly userId: string;
  /** Text receipt, the whole of it as JSON, sealed under the account's key. */
  readonly personal: Uint8Array | null;
}

/** A refund was posted. */
export interface RefundPosted {
  readonly type: 'RefundPosted';
  /** Its own id. */
  readonly transactionId: TransactionId;
  /** The refunded transaction, where it was found. */
  readonly original: CardTransaction | null;
  readonly cardId: CardId;
  /** Card scheme, as in liabilities:scheme-settlement:<scheme>. */
  readonly scheme: string;
  readonly refundKey: string;
  readonly amount: Minor;
  readonly currency: CurrencyCode;
  readonly reconciliation: Money | null;
  readonly merchant: Merchant;
  /** Transaction amount and currency where they differ from billing, DE4 and DE49. */
  readonly local: Money | null;
  readonly transactedAt: Micros | null;
  /** Why someone must look at it, such as account_closed. */
  readonly exception: string | null;
  /** The whole journal entry. */
  readonly entry: JournalEntry;
  readonly balances: Balances;
}

/** A refund was reversed. */
export interface RefundReversed {
  readonly type: 'RefundReversed';
  /** The refund's own id. */
  readonly transactionId: TransactionId;
  readonly original: CardTransaction | null;
  readonly refundKey: string;
  readonly amount: Minor;
  /** What is left of the refund. */
  readonly left: Minor;
  readonly currency: CurrencyCode;
  /** Why someone must look at it, such as account_closed. */
  readonly exception: string | null;
  /** The whole journal entry. */
  readonly entry: JournalEntry;
  readonly balances: Balances;
}

/** A reversal arrived before its original. */
export interface ReversalRecorded {
  readonly type: 'ReversalRecorded';
  /** The original's keys. */
  readonly keys: SchemeKeys;
  /** Absent for an unknown card. */
  readonly cardId: CardId | null;
  /** Absent for a full reversal. */
  readonly replacement: Minor | null;
  readonly reason: string;
}

/** No further payment of the schedule is made. */
export interface ScheduledPaymentCancelled {
  readonly type: 'ScheduledPaymentCancelled';
  readonly schedule: PaymentSchedule;
  /** requested, or account_closed. */
  readonly reason: string;
}

/** There was not enough money for a payment of a schedule: it is tried again on the same day. */
export interface ScheduledPaymentDeferred {
  readonly type: 'ScheduledPaymentDeferred';
  readonly schedule: PaymentSchedule;
  /** The date that the payment was due on. */
  readonly occurrence: LocalDate;
  /** The rejection's name. */
  readonly reason: string;
  readonly tryAgainAt: Micros;
  /** Personal text, sealed under the customer's key: the reference of every payment, and who is paid at another bank. */
  readonly personal: Uint8Array | null;
}

/** A payment of a schedule was not made, and will not be. */
export interface ScheduledPaymentMissed {
  readonly type: 'ScheduledPaymentMissed';
  readonly schedule: PaymentSchedule;
  /** The date that the payment was due on. */
  readonly occurrence: LocalDate;
  /** The rejection's name. */
  readonly reason: string;
  /** Personal text, sealed under the customer's key: the reference of every payment, and who is paid at another bank. */
  readonly personal: Uint8Array | null;
}

/** A payment of a schedule was sent: its money left with the transfer, or the payment to another bank, of the same command. */
export interface ScheduledPaymentTaken {
  readonly type: 'ScheduledPaymentTaken';
  readonly schedule: PaymentSchedule;
  /** The date that the payment was due on. */
  readonly occurrence: LocalDate;
  /** To an account of this bank. */
  readonly transferId: TransferId | null;
  /** To another bank. */
  readonly paymentId: PaymentId | null;
  /** Personal text, sealed under the customer's key: the reference of every payment, and who is paid at another bank. */
  readonly personal: Uint8Array | null;
}

/** Another bank's statement line was posted. */
export interface StatementLinePosted {
  readonly type: 'StatementLinePosted';
  readonly lineId: string;
  readonly transactionId: TransactionId;
  /** Signed. */
  readonly amount: Minor;
  readonly currency: CurrencyCode;
  readonly description: string;
  /** The other bank's balance after this line. */
  readonly statedBalance: Minor | null;
  /** Absent for a line of zero. */
  readonly entry: JournalEntry | null;
  readonly balances: Balances;
}

/** A customer's program wrote beside a transaction: all that it has written there until now. */
export interface TransactionAnnotated {
  readonly type: 'TransactionAnnotated';
  readonly transactionId: TransactionId;
  /** oauth2client_…; nobody else sees it. */
  readonly clientId: string;
  /** Texts by key, sealed under the account's key; absent where none is left. */
  readonly personal: Uint8Array | null;
}

/** Who was paid and for what, as the catalogue of merchants said; a later one replaces it. */
export interface TransactionEnriched {
  readonly type: 'TransactionEnriched';
  readonly transactionId: TransactionId;
  /** For the refund of a transaction that was found: that one. */
  readonly originalTransactionId: TransactionId | null;
  /** Absent where the descriptor names nobody. */
  readonly merchantId: MerchantId | null;
  /** For people; the descriptor where nobody is named. */
  readonly merchantName: string;
  /** groceries, eating_out, transport, …; general where nothing is known. */
  readonly category: string;
  readonly location: MerchantLocation | null;
  /** The normalised descriptor that was matched. */
  readonly descriptor: string;
  /** Version of the rules and the registry. */
  readonly catalogue: string;
  /** Journal position of the merchant's last correction that was applied. */
  readonly correction: bigint | null;
  /** Which rule matched, with its provenance. */
  readonly rule: string;
  /** 0 to 100. */
  readonly confidence: number;
  /** Journal position of the event that this follows from. */
  readonly causePosition: bigint;
}

/** Cancelled before it was sent. */
export interface TransferCancelled {
  readonly type: 'TransferCancelled';
  readonly transferId: TransferId;
}

/** The destination has the money; nothing of the transfer is in flight. */
export interface TransferCompleted {
  readonly type: 'TransferCompleted';
  readonly transferId: TransferId;
}

/** Money arrived from in transit. */
export interface TransferReceived {
  readonly type: 'TransferReceived';
  readonly transferId: TransferId;
  readonly transactionId: TransactionId;
  readonly sourceAccountId: AccountId;
  readonly amount: Minor;
  readonly currency: CurrencyCode;
  /** Personal text, sealed under the customer's key. */
  readonly personal: Uint8Array | null;
  /** The whole journal entry. */
  readonly entry: JournalEntry;
  readonly balances: Balances;
}

/** The account could not take the transfer, which goes back to its sender. May come before the account was opened. */
export interface TransferRefused {
  readonly type: 'TransferRefused';
  readonly transferId: TransferId;
  readonly sourceAccountId: AccountId;
  /** What was not taken. */
  readonly amount: Minor;
  readonly currency: CurrencyCode;
  /** The rejection's name, such as AccountClosed. */
  readonly reason: string;
  /** ISO 8583 response code, DE39. */
  readonly responseCode: string;
}

/** The transfer came back to its sender. */
export interface TransferReturned {
  readonly type: 'TransferReturned';
  readonly transferId: TransferId;
  readonly transactionId: TransactionId;
  readonly amount: Minor;
  readonly currency: CurrencyCode;
  readonly reason: string;
  /** Why someone must look at it, such as account_closed. */
  readonly exception: string | null;
  /** The whole journal entry. */
  readonly entry: JournalEntry;
  readonly balances: Balances;
}

/** Money left the account for in transit. */
export interface TransferSent {
  readonly type: 'TransferSent';
  readonly transferId: TransferId;
  readonly transactionId: TransactionId;
  readonly destinationAccountId: AccountId;
  readonly amount: Minor;
  readonly currency: CurrencyCode;
  /** Personal text, sealed under the customer's key. */
  readonly personal: Uint8Array | null;
  /** The whole journal entry. */
  readonly entry: JournalEntry;
  readonly balances: Balances;
}

/** A customer's details were changed. */
export interface UserDetailsChanged {
  readonly type: 'UserDetailsChanged';
  /** user_… */
  readonly userId: string;
  /** Every detail of the customer after this event, sealed under the customer's own key. */
  readonly personal: Uint8Array | null;
}

/** The customer's key was destroyed: nothing that was sealed under it can be read any more. */
export interface UserErased {
  readonly type: 'UserErased';
  /** user_… */
  readonly userId: string;
}

/** A customer was registered. */
export interface UserRegistered {
  readonly type: 'UserRegistered';
  /** user_… */
  readonly userId: string;
  /** Every detail of the customer after this event, sealed under the customer's own key. */
  readonly personal: Uint8Array | null;
}

/** What is known of every event. */
export interface EventMetadata {
  readonly type: string;
  readonly schemaVersion: number;
  readonly stream: string;
  /** From 0. */
  readonly revision: bigint;
  /** Partition key of the bus. */
  readonly accountId: AccountId | null;
  readonly transactionId: TransactionId | null;
  /** caller/account/key: the scope of idempotency. */
  readonly commandId: string;
  /** Hash of the business fields of the command. */
  readonly contentHash: string;
  readonly source: string;
  readonly correlationId: string;
  readonly causationId: string | null;
  /** W3C trace context. */
  readonly traceparent: string | null;
  /** When it counts: the value date. */
  readonly effectiveAt: Micros;
  /** When we knew; never goes backwards in a stream. */
  readonly recordedAt: Micros;
  /** Business date in the book's zone. */
  readonly localDate: LocalDate;
  readonly actor: string;
}

export type AccountEvent =
  | AccountClosed
  | AccountFrozen
  | AccountOpened
  | AccountOwnerAdded
  | AccountOwnerRemoved
  | AccountUnfrozen
  | AdjustmentPosted
  | FeeCharged
  | OverdraftLimitSet
  | StatementLinePosted;

export type AnnotationEvent =
  | AttachmentDeregistered
  | AttachmentRegistered
  | TransactionAnnotated;

export type CardTransactionEvent =
  | AuthorisationAdjusted
  | AuthorisationAdvised
  | AuthorisationApproved
  | AuthorisationDeclined
  | AuthorisationExpired
  | AuthorisationIncremented
  | AuthorisationReversed
  | CardPaymentPosted
  | CardPaymentReversed
  | ClearingPosted
  | ClearingReversed
  | ClearingSuspended
  | DisputeAbsorbed
  | DisputeLost
  | DisputeOpened
  | DisputeReduced
  | DisputeRepresented
  | DisputeWon
  | ProvisionalCreditPosted
  | RefundPosted
  | RefundReversed
  | ReversalRecorded;

export type BatchEvent =
  | BatchCompleted;

export type CardEvent =
  | CardActivated
  | CardCancelled
  | CardControlsSet
  | CardFrozen
  | CardIssued
  | CardLimitsSet
  | CardReplaced
  | CardReportedLost
  | CardReportedStolen
  | CardUnfrozen;

export type EntryEvent =
  | EntryPosted;

export type FeedEvent =
  | FeedItemPosted;

export type MerchantEvent =
  | MerchantCorrected;

export type PaymentEvent =
  | PaymentConfirmed
  | PaymentReceived
  | PaymentReturned
  | PaymentSent;

export type ScheduleEvent =
  | PaymentScheduled
  | ScheduledPaymentCancelled
  | ScheduledPaymentDeferred
  | ScheduledPaymentMissed
  | ScheduledPaymentTaken;

export type PotEvent =
  | PotClosed
  | PotDeposited
  | PotLocked
  | PotOpened
  | PotUnlocked
  | PotWithdrawn;

export type ReceiptEvent =
  | ReceiptDeleted
  | ReceiptStored;

export type EnrichmentEvent =
  | TransactionEnriched;

export type TransferEvent =
  | TransferCancelled
  | TransferCompleted
  | TransferReceived
  | TransferRefused
  | TransferReturned
  | TransferSent;

export type UserEvent =
  | UserDetailsChanged
  | UserErased
  | UserRegistered;

/** Every event there is. */
export type LedgerEvent =
  | AccountClosed
  | AccountFrozen
  | AccountOpened
  | AccountOwnerAdded
  | AccountOwnerRemoved
  | AccountUnfrozen
  | AdjustmentPosted
  | AttachmentDeregistered
  | AttachmentRegistered
  | AuthorisationAdjusted
  | AuthorisationAdvised
  | AuthorisationApproved
  | AuthorisationDeclined
  | AuthorisationExpired
  | AuthorisationIncremented
  | AuthorisationReversed
  | BatchCompleted
  | CardActivated
  | CardCancelled
  | CardControlsSet
  | CardFrozen
  | CardIssued
  | CardLimitsSet
  | CardPaymentPosted
  | CardPaymentReversed
  | CardReplaced
  | CardReportedLost
  | CardReportedStolen
  | CardUnfrozen
  | ClearingPosted
  | ClearingReversed
  | ClearingSuspended
  | DisputeAbsorbed
  | DisputeLost
  | DisputeOpened
  | DisputeReduced
  | DisputeRepresented
  | DisputeWon
  | EntryPosted
  | FeeCharged
  | FeedItemPosted
  | MerchantCorrected
  | OverdraftLimitSet
  | PaymentConfirmed
  | PaymentReceived
  | PaymentReturned
  | PaymentScheduled
  | PaymentSent
  | PotClosed
  | PotDeposited
  | PotLocked
  | PotOpened
  | PotUnlocked
  | PotWithdrawn
  | ProvisionalCreditPosted
  | ReceiptDeleted
  | ReceiptStored
  | RefundPosted
  | RefundReversed
  | ReversalRecorded
  | ScheduledPaymentCancelled
  | ScheduledPaymentDeferred
  | ScheduledPaymentMissed
  | ScheduledPaymentTaken
  | StatementLinePosted
  | TransactionAnnotated
  | TransactionEnriched
  | TransferCancelled
  | TransferCompleted
  | TransferReceived
  | TransferRefused
  | TransferReturned
  | TransferSent
  | UserDetailsChanged
  | UserErased
  | UserRegistered;

export type EventType = LedgerEvent['type'];
