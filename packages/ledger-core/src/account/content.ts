// The business content of a command: what must be equal for a repeat to be the same command. No clock, trace, reference data
// or personal text is part of it.
import type { AccountCommand } from './commands.js';

type FieldsOf<C> = C extends { readonly type: string } ? readonly Exclude<keyof C, 'type'>[] : never;
type ContentFields = { readonly [T in AccountCommand['type']]: FieldsOf<Extract<AccountCommand, { type: T }>> };

const CARD_USE = [
  'cardId',
  'keys',
  'scheme',
  'kind',
  'channel',
  'amount',
  'currency',
  'cashAmount',
  'merchant',
  'local',
] as const;
const PRESENTMENT = [
  'cardId',
  'transactionId',
  'originalKeys',
  'scheme',
  'amount',
  'currency',
  'reconciliation',
  'merchant',
  'local',
  'transactedAt',
] as const;
const PAYMENT = ['paymentId', 'scheme', 'amount', 'currency', 'nostro'] as const;

const fields: ContentFields = {
  AuthoriseCard: [...CARD_USE, 'singleMessage', 'partialAllowed'],
  IncrementAuthorisation: [...CARD_USE, 'transactionId', 'originalKeys'],
  RecordAuthorisationAdvice: [...CARD_USE, 'transactionId', 'responseCode'],
  ReverseAuthorisation: ['cardId', 'transactionId', 'originalKeys', 'replacement'],
  ExpireAuthorisation: ['transactionId'],
  PostClearing: [...PRESENTMENT, 'clearingKey', 'sequenceNumber', 'sequenceCount', 'final'],
  PostRefund: [...PRESENTMENT, 'refundKey'],
  ReverseClearing: ['clearingKey', 'amount'],
  ReverseRefund: ['refundKey', 'amount'],
  OpenDispute: ['disputeKey', 'cardId', 'transactionId', 'originalKeys', 'amount', 'currency', 'reason'],
  PostProvisionalCredit: ['disputeKey', 'amount'],
  RecordRepresentment: ['disputeKey', 'clearingKey', 'amount'],
  CloseDispute: ['disputeKey', 'outcome'],
  OpenAccount: ['accountId', 'owners', 'currency', 'product', 'overdraftLimit', 'externalReference'],
  SetOverdraftLimit: ['overdraftLimit'],
  FreezeAccount: ['reason'],
  UnfreezeAccount: [],
  CloseAccount: [],
  AddAccountOwner: ['userId'],
  RemoveAccountOwner: ['userId'],
  ChargeFee: ['feeId', 'kind', 'amount', 'currency'],
  PostAdjustment: ['adjustmentId', 'amount', 'currency', 'reason', 'proposedBy', 'approvedBy', 'contra'],
  PostStatementLine: ['lineId', 'amount', 'currency', 'description', 'statedBalance'],
  IssueCard: ['cardId', 'token', 'expiry', 'holder', 'active', 'controls', 'limits'],
  ActivateCard: ['cardId'],
  FreezeCard: ['cardId', 'frozenBy'],
  UnfreezeCard: ['cardId', 'unfrozenBy'],
  ReplaceCard: ['cardId', 'replacement'],
  ReportCardLost: ['cardId'],
  ReportCardStolen: ['cardId'],
  CancelCard: ['cardId', 'reason'],
  SetCardControls: ['cardId', 'controls'],
  SetCardLimits: ['cardId', 'limits'],
  OpenPot: ['potId', 'goal', 'style'],
  DepositToPot: ['potId', 'amount', 'currency'],
  WithdrawFromPot: ['potId', 'amount', 'currency'],
  LockPot: ['potId', 'until'],
  UnlockPot: ['potId'],
  ClosePot: ['potId'],
  SendTransfer: ['transferId', 'destinationAccountId', 'amount', 'currency'],
  ReceiveTransfer: ['transferId', 'sourceAccountId', 'amount', 'currency'],
  ReturnTransfer: ['transferId', 'reason'],
  CompleteTransfer: ['transferId'],
  CancelTransfer: ['transferId'],
  SchedulePayment: [
    'scheduleId',
    'destinationAccountId',
    'otherBank',
    'amount',
    'currency',
    'frequency',
    'firstDate',
    'lastDate',
    'times',
  ],
  CancelScheduledPayment: ['scheduleId'],
  TakeScheduledPayment: ['scheduleId', 'occurrence', 'transferId'],
  ReceivePayment: PAYMENT,
  SendPayment: PAYMENT,
  ConfirmPayment: ['paymentId'],
  ReturnPayment: ['paymentId', 'reason'],
};

/** Of later versions: left out where nothing is given, so that a key that was used before still finds its command. */
const ADDED = new Set(['otherBank']);

/** Canonical text of the business content; two commands are the same exactly where it is equal. */
export function contentOf(command: AccountCommand): string {
  // The table above is typed per command; here only the names are needed.
  const names = fields[command.type] as readonly string[];
  const values = command as Readonly<Record<string, unknown>> & AccountCommand;
  let text: string = command.type;
  for (const name of names) {
    const value = values[name];
    if ((value !== null && value !== undefined) || !ADDED.has(name)) text += `\n${name}=${canonical(value)}`;
  }
  return text;
}

function canonical(value: unknown): string {
  switch (typeof value) {
    // Length first, so that no text can look like the end of one value and the start of another.
    case 'string':
      return `${value.length}:${value}`;
    case 'bigint':
    case 'number':
    case 'boolean':
      return String(value);
    case 'object':
      return value === null ? '-' : canonicalObject(value);
    default:
      throw new Error(`a command holds a ${typeof value}`);
  }
}

function canonicalObject(value: object): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  let text = '{';
  for (const name of sortedNames(value))
    text += `${name}=${canonical((value as Readonly<Record<string, unknown>>)[name])};`;
  return `${text}}`;
}

/** Whoever made the object, its members come in one order. Most objects here have few members, so insertion beats a general sort. */
function sortedNames(value: object): string[] {
  const names = Object.keys(value);
  for (let i = 1; i < names.length; i++) {
    const name = names[i] as string;
    let at = i;
    for (; at > 0 && (names[at - 1] as string) > name; at--) names[at] = names[at - 1] as string;
    names[at] = name;
  }
  return names;
}
