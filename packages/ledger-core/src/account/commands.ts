// What may be asked of an account. Amounts in minor units, above zero where nothing else is said.
import type {
  AccountId,
  CardId,
  CardToken,
  CurrencyCode,
  EntryId,
  LedgerAccount,
  LocalDate,
  Micros,
  Minor,
  PaymentId,
  PotId,
  ScheduleId,
  TransactionId,
  TransferId,
} from '../brands.js';
import type {
  AuthorisationKind,
  CardControls,
  CardLimits,
  Channel,
  Frequency,
  Merchant,
  Money,
  OtherBank,
  SchemeKeys,
} from '../generated/events.js';

export interface Mint {
  /** `index` tells the ids of one kind that one command makes apart. */
  (kind: 'tx', index?: number): TransactionId;
  (kind: 'entry', index?: number): EntryId;
}

/** What is known of a command besides its content. */
export interface CommandContext {
  /** `caller/account/key`: the scope of idempotency. */
  readonly commandId: string;
  /** Hash over `contentOf(command)`. */
  readonly contentHash: string;
  /** When it counts; may go backwards within a stream. */
  readonly effectiveAt: Micros;
  /** max(clock, the stream's newest event, the causing event); never goes backwards within a stream. */
  readonly recordedAt: Micros;
  /** Business date in the book's time zone; limits count by it. */
  readonly localDate: LocalDate;
  /** The id of the thing that this command makes; the same command gives the same id. */
  readonly mint: Mint;
}

export interface NewCard {
  readonly cardId: CardId;
  readonly token: CardToken;
  readonly masked: string | null;
  /** YYYY-MM, or null for a card that never expires. */
  readonly expiry: string | null;
}

/** What an authorisation, an increment and an advice have in common. */
export interface CardUse {
  readonly cardId: CardId;
  readonly keys: SchemeKeys | null;
  readonly scheme: string;
  readonly kind: AuthorisationKind;
  readonly channel: Channel;
  /** Zero for a status inquiry. */
  readonly amount: Minor;
  readonly currency: CurrencyCode;
  /** The cash part; counts for cash limits. */
  readonly cashAmount: Minor;
  readonly merchant: Merchant;
  readonly local: Money | null;
  /** How long the hold stays, microseconds from recordedAt; null for ever. Reference data. */
  readonly holdFor: Micros | null;
}

export interface AuthoriseCard extends CardUse {
  readonly type: 'AuthoriseCard';
  /** 0200: the money moves at once, no hold. */
  readonly singleMessage: boolean;
  readonly partialAllowed: boolean;
  readonly cvc: 'MATCH' | 'NO_MATCH' | 'NOT_PRESENT';
  /** The largest amount that any authorisation may have. Reference data. */
  readonly maximum: Minor;
}

export interface IncrementAuthorisation extends CardUse {
  readonly type: 'IncrementAuthorisation';
  readonly transactionId: TransactionId | null;
  readonly originalKeys: SchemeKeys | null;
  readonly cvc: 'MATCH' | 'NO_MATCH' | 'NOT_PRESENT';
  readonly maximum: Minor;
}

export interface RecordAuthorisationAdvice extends CardUse {
  readonly type: 'RecordAuthorisationAdvice';
  readonly transactionId: TransactionId | null;
  /** DE39: 00, 08, 10 and 85 are approvals. */
  readonly responseCode: string;
}

export interface ReverseAuthorisation {
  readonly type: 'ReverseAuthorisation';
  readonly cardId: CardId;
  readonly transactionId: TransactionId | null;
  readonly originalKeys: SchemeKeys | null;
  /** The new authorised total of a partial reversal; null or zero for a full one. */
  readonly replacement: Minor | null;
  readonly reason: 'SCHEME' | 'ANSWERED_LATE';
}

/** Which presentment, of which transaction. */
interface Presentment {
  readonly cardId: CardId;
  readonly transactionId: TransactionId | null;
  readonly originalKeys: SchemeKeys | null;
  readonly scheme: string;
  /** Billing amount and currency, DE6 and DE51. */
  readonly amount: Minor;
  readonly currency: CurrencyCode;
  /** DE5 and DE50. */
  readonly reconciliation: Money | null;
  readonly merchant: Merchant;
  readonly local: Money | null;
  /** The purchase date. */
  readonly transactedAt: Micros | null;
}

export interface PostClearing extends Presentment {
  readonly type: 'PostClearing';
  /** Scheme, function code, reversal indicator, acquirer reference, sequence. */
  readonly clearingKey: string;
  readonly sequenceNumber: number | null;
  readonly sequenceCount: number | null;
  readonly final: boolean;
}

export interface PostRefund extends Presentment {
  readonly type: 'PostRefund';
  readonly refundKey: string;
}

/** `amount` null: all that is left. */
export interface ReverseClearing {
  readonly type: 'ReverseClearing';
  readonly clearingKey: string;
  readonly amount: Minor | null;
}
export interface ReverseRefund {
  readonly type: 'ReverseRefund';
  readonly refundKey: string;
  readonly amount: Minor | null;
}
export interface ExpireAuthorisation {
  readonly type: 'ExpireAuthorisation';
  readonly transactionId: TransactionId;
}

/** `amount` and `currency` null: all that was cleared and not given back. */
export interface OpenDispute {
  readonly type: 'OpenDispute';
  readonly disputeKey: string;
  readonly cardId: CardId;
  readonly transactionId: TransactionId | null;
  readonly originalKeys: SchemeKeys | null;
  readonly amount: Minor | null;
  readonly currency: CurrencyCode | null;
  readonly reason: string;
}
/** `amount` null: all that is claimed and not credited yet. */
export interface PostProvisionalCredit {
  readonly type: 'PostProvisionalCredit';
  readonly disputeKey: string;
  readonly amount: Minor | null;
}
/** A second presentment, found by the dispute's key or, where that is null, by the presentment that is presented again. */
export interface RecordRepresentment {
  readonly type: 'RecordRepresentment';
  readonly disputeKey: string | null;
  readonly clearingKey: string | null;
  readonly amount: Minor | null;
}
export interface CloseDispute {
  readonly type: 'CloseDispute';
  readonly disputeKey: string;
  readonly outcome: 'WON' | 'LOST' | 'ABSORBED';
}

export type DisputeCommand = OpenDispute | PostProvisionalCredit | RecordRepresentment | CloseDispute;

export type CardTransactionCommand =
  | AuthoriseCard
  | IncrementAuthorisation
  | RecordAuthorisationAdvice
  | ReverseAuthorisation
  | ExpireAuthorisation
  | PostClearing
  | PostRefund
  | ReverseClearing
  | ReverseRefund
  | DisputeCommand;

export interface OpenAccount {
  readonly type: 'OpenAccount';
  readonly accountId: AccountId;
  readonly owners: readonly string[];
  readonly currency: CurrencyCode;
  readonly product: string;
  readonly overdraftLimit: Minor;
  /** Never a card number: mask it first. */
  readonly externalReference: string | null;
  readonly personal: Uint8Array | null;
}
export interface SetOverdraftLimit {
  readonly type: 'SetOverdraftLimit';
  readonly overdraftLimit: Minor;
}
export interface FreezeAccount {
  readonly type: 'FreezeAccount';
  readonly reason: string;
}
export interface UnfreezeAccount {
  readonly type: 'UnfreezeAccount';
}
export interface CloseAccount {
  readonly type: 'CloseAccount';
}
export interface AddAccountOwner {
  readonly type: 'AddAccountOwner';
  readonly userId: string;
}
/** The cards that the owner holds are cancelled with it. */
export interface RemoveAccountOwner {
  readonly type: 'RemoveAccountOwner';
  readonly userId: string;
}
export interface ChargeFee {
  readonly type: 'ChargeFee';
  readonly feeId: string;
  readonly kind: string;
  readonly amount: Minor;
  readonly currency: CurrencyCode;
}
export interface PostAdjustment {
  readonly type: 'PostAdjustment';
  readonly adjustmentId: string;
  /** Signed: positive credits the customer. */
  readonly amount: Minor;
  readonly currency: CurrencyCode;
  readonly reason: string;
  readonly proposedBy: string;
  readonly approvedBy: string;
  readonly contra: LedgerAccount;
}
export interface PostStatementLine {
  readonly type: 'PostStatementLine';
  readonly lineId: string;
  /** Signed; zero is a line without money. */
  readonly amount: Minor;
  readonly currency: CurrencyCode;
  readonly description: string;
  readonly statedBalance: Minor | null;
}
export type AccountCommandOfItsOwn =
  | OpenAccount
  | SetOverdraftLimit
  | FreezeAccount
  | UnfreezeAccount
  | CloseAccount
  | AddAccountOwner
  | RemoveAccountOwner
  | ChargeFee
  | PostAdjustment
  | PostStatementLine;

export interface IssueCard extends NewCard {
  readonly type: 'IssueCard';
  /** Which of the account's owners; null for the only one, or where there is none. */
  readonly holder: string | null;
  readonly active: boolean;
  readonly controls: CardControls;
  readonly limits: CardLimits;
}
export interface ActivateCard {
  readonly type: 'ActivateCard';
  readonly cardId: CardId;
}
export interface FreezeCard {
  readonly type: 'FreezeCard';
  readonly cardId: CardId;
  readonly frozenBy: string;
}
export interface UnfreezeCard {
  readonly type: 'UnfreezeCard';
  readonly cardId: CardId;
  readonly unfrozenBy: string;
}
export interface ReplaceCard {
  readonly type: 'ReplaceCard';
  readonly cardId: CardId;
  readonly replacement: NewCard;
}
export interface ReportCardLost {
  readonly type: 'ReportCardLost';
  readonly cardId: CardId;
}
export interface ReportCardStolen {
  readonly type: 'ReportCardStolen';
  readonly cardId: CardId;
}
export interface CancelCard {
  readonly type: 'CancelCard';
  readonly cardId: CardId;
  readonly reason: string;
}
export interface SetCardControls {
  readonly type: 'SetCardControls';
  readonly cardId: CardId;
  readonly controls: CardControls;
}
export interface SetCardLimits {
  readonly type: 'SetCardLimits';
  readonly cardId: CardId;
  readonly limits: CardLimits;
}
export type CardCommand =
  | IssueCard
  | ActivateCard
  | FreezeCard
  | UnfreezeCard
  | ReplaceCard
  | ReportCardLost
  | ReportCardStolen
  | CancelCard
  | SetCardControls
  | SetCardLimits;

export interface OpenPot {
  readonly type: 'OpenPot';
  readonly potId: PotId;
  readonly goal: Minor | null;
  readonly style: string;
  readonly personal: Uint8Array | null;
}
export interface DepositToPot {
  readonly type: 'DepositToPot';
  readonly potId: PotId;
  readonly amount: Minor;
  readonly currency: CurrencyCode;
}
export interface WithdrawFromPot {
  readonly type: 'WithdrawFromPot';
  readonly potId: PotId;
  readonly amount: Minor;
  readonly currency: CurrencyCode;
}
/** `until` null: until it is unlocked. */
export interface LockPot {
  readonly type: 'LockPot';
  readonly potId: PotId;
  readonly until: Micros | null;
}
export interface UnlockPot {
  readonly type: 'UnlockPot';
  readonly potId: PotId;
}
export interface ClosePot {
  readonly type: 'ClosePot';
  readonly potId: PotId;
}
export type PotCommand = OpenPot | DepositToPot | WithdrawFromPot | LockPot | UnlockPot | ClosePot;

export interface SendTransfer {
  readonly type: 'SendTransfer';
  readonly transferId: TransferId;
  readonly destinationAccountId: AccountId;
  readonly amount: Minor;
  readonly currency: CurrencyCode;
  readonly personal: Uint8Array | null;
}
export interface ReceiveTransfer {
  readonly type: 'ReceiveTransfer';
  readonly transferId: TransferId;
  readonly sourceAccountId: AccountId;
  readonly amount: Minor;
  readonly currency: CurrencyCode;
  readonly personal: Uint8Array | null;
}
export interface ReturnTransfer {
  readonly type: 'ReturnTransfer';
  readonly transferId: TransferId;
  readonly reason: string;
}
export interface CompleteTransfer {
  readonly type: 'CompleteTransfer';
  readonly transferId: TransferId;
}
export interface CancelTransfer {
  readonly type: 'CancelTransfer';
  readonly transferId: TransferId;
}
export type TransferCommand = SendTransfer | ReceiveTransfer | ReturnTransfer | CompleteTransfer | CancelTransfer;

/** A payment to another account of ours on a date, or a standing order: on many. Dates are of the book's zone. */
export interface SchedulePayment {
  readonly type: 'SchedulePayment';
  readonly scheduleId: ScheduleId;
  /** Null where another bank is paid. */
  readonly destinationAccountId: AccountId | null;
  /** None where an account of this bank is paid; the release before knows of no others. Who is paid there is in `personal`. */
  readonly otherBank?: OtherBank | null;
  readonly amount: Minor;
  readonly currency: CurrencyCode;
  readonly frequency: Frequency;
  /** Today or later. */
  readonly firstDate: LocalDate;
  /** Nothing is paid after it. */
  readonly lastDate: LocalDate | null;
  /** At most so many payments. */
  readonly times: number | null;
  readonly personal: Uint8Array | null;
}
export interface CancelScheduledPayment {
  readonly type: 'CancelScheduledPayment';
  readonly scheduleId: ScheduleId;
}
/** The timer's: the payment of a date that has come is sent, or missed. */
export interface TakeScheduledPayment {
  readonly type: 'TakeScheduledPayment';
  readonly scheduleId: ScheduleId;
  readonly occurrence: LocalDate;
  /** Both follow from the schedule and the occurrence; it becomes the one or the other, as its schedule says. */
  readonly transferId: TransferId;
  readonly paymentId: PaymentId;
  /** Where there is not enough money now; null for the last try. Reference data. */
  readonly tryAgainAt: Micros | null;
  /** As the schedule's last event has it. */
  readonly personal: Uint8Array | null;
}
export type ScheduleCommand = SchedulePayment | CancelScheduledPayment | TakeScheduledPayment;

interface OutsidePayment {
  readonly paymentId: PaymentId;
  readonly scheme: string;
  readonly amount: Minor;
  readonly currency: CurrencyCode;
  readonly nostro: LedgerAccount;
  readonly personal: Uint8Array | null;
}
export interface ReceivePayment extends OutsidePayment {
  readonly type: 'ReceivePayment';
}
export interface SendPayment extends OutsidePayment {
  readonly type: 'SendPayment';
}
export interface ConfirmPayment {
  readonly type: 'ConfirmPayment';
  readonly paymentId: PaymentId;
}
export interface ReturnPayment {
  readonly type: 'ReturnPayment';
  readonly paymentId: PaymentId;
  readonly reason: string;
}
export type PaymentCommand = ReceivePayment | SendPayment | ConfirmPayment | ReturnPayment;

export type AccountCommand =
  | AccountCommandOfItsOwn
  | CardCommand
  | PotCommand
  | TransferCommand
  | ScheduleCommand
  | PaymentCommand
  | CardTransactionCommand;
