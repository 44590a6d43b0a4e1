// Whether an event is what the command had to come to, in the account as it was just before.
import type {
  AccountCommand,
  AuthoriseCard,
  ClearingPosted,
  IncrementAuthorisation,
  LedgerEvent,
  PostClearing,
} from '@tallystick/ledger-core';
import type { Invariants } from './invariants.js';
import type { NaiveAccount, NaiveTransaction, Stored } from './naive-account.js';
import { keyOf } from './naive-blocks.js';
import { declineOf } from './naive-ladder.js';

const RIGHT = 'decisions are right';

/** The first event of a command, before the account has it. */
export function checkDecision(
  invariants: Invariants,
  account: NaiveAccount,
  command: AccountCommand,
  { event, metadata }: Stored,
): void {
  if (command.type === 'AuthoriseCard' || command.type === 'IncrementAuthorisation') {
    checkLadder(invariants, account, command, event, metadata.localDate);
    return;
  }
  const refusal = refusalOf(account, command, metadata.recordedAt);
  invariants.holds(RIGHT, refusal === null, () => [
    `${command.type} of ${account.id}`,
    `a rejection, for ${refusal}`,
    event.type,
  ]);
  const expected = EVENT_OF[command.type];
  if (expected !== undefined) invariants.same(RIGHT, expected, event.type, () => `${command.type} of ${account.id}`);
  if (command.type === 'PostClearing' && event.type === 'ClearingPosted')
    checkFinal(invariants, account, command, event);
  if (!('amount' in command) || typeof command.amount !== 'bigint' || !('amount' in event)) return;
  if (command.type === 'RecordAuthorisationAdvice') return;
  invariants.same(
    'the event moves the amount that the command says',
    command.amount,
    event.amount,
    () => `${command.type} of ${account.id}`,
  );
}

/** Final on its own word, or when all its sequences have arrived. */
function checkFinal(
  invariants: Invariants,
  account: NaiveAccount,
  { final, sequenceCount, sequenceNumber }: PostClearing,
  event: ClearingPosted,
): void {
  const seen = new Set(account.transactions.get(event.transaction.transactionId)?.sequences);
  if (sequenceNumber !== null) seen.add(sequenceNumber);
  const complete = sequenceCount !== null && seen.size >= sequenceCount;
  invariants.same(RIGHT, final || complete, event.final, () => `final of ${event.clearingKey}`);
}

/** Commands that come to one event or to none. */
const EVENT_OF: Readonly<Partial<Record<AccountCommand['type'], LedgerEvent['type']>>> = {
  OpenAccount: 'AccountOpened',
  SetOverdraftLimit: 'OverdraftLimitSet',
  FreezeAccount: 'AccountFrozen',
  UnfreezeAccount: 'AccountUnfrozen',
  CloseAccount: 'AccountClosed',
  ChargeFee: 'FeeCharged',
  PostAdjustment: 'AdjustmentPosted',
  PostStatementLine: 'StatementLinePosted',
  IssueCard: 'CardIssued',
  ActivateCard: 'CardActivated',
  FreezeCard: 'CardFrozen',
  UnfreezeCard: 'CardUnfrozen',
  ReplaceCard: 'CardReplaced',
  ReportCardLost: 'CardReportedLost',
  ReportCardStolen: 'CardReportedStolen',
  CancelCard: 'CardCancelled',
  SetCardControls: 'CardControlsSet',
  SetCardLimits: 'CardLimitsSet',
  OpenPot: 'PotOpened',
  DepositToPot: 'PotDeposited',
  WithdrawFromPot: 'PotWithdrawn',
  LockPot: 'PotLocked',
  UnlockPot: 'PotUnlocked',
  ClosePot: 'PotClosed',
  SendTransfer: 'TransferSent',
  ReceiveTransfer: 'TransferReceived',
  ReturnTransfer: 'TransferReturned',
  CompleteTransfer: 'TransferCompleted',
  CancelTransfer: 'TransferCancelled',
  SchedulePayment: 'PaymentScheduled',
  CancelScheduledPayment: 'ScheduledPaymentCancelled',
  ReceivePayment: 'PaymentReceived',
  SendPayment: 'PaymentSent',
  ConfirmPayment: 'PaymentConfirmed',
  ReturnPayment: 'PaymentReturned',
  ExpireAuthorisation: 'AuthorisationExpired',
  ReverseClearing: 'ClearingReversed',
  ReverseRefund: 'RefundReversed',
  OpenDispute: 'DisputeOpened',
  PostProvisionalCredit: 'ProvisionalCreditPosted',
  RecordRepresentment: 'DisputeRepresented',
};

/** Commands that go through on a closed account: what others have done is recorded. */
const ALWAYS = new Set<AccountCommand['type']>([
  'OpenAccount',
  'RecordAuthorisationAdvice',
  'ReverseAuthorisation',
  'ExpireAuthorisation',
  'PostClearing',
  'PostRefund',
  'ReverseClearing',
  'ReverseRefund',
  'OpenDispute',
  'PostProvisionalCredit',
  'RecordRepresentment',
  'CloseDispute',
  'PostStatementLine',
  'ReturnTransfer',
  'CompleteTransfer',
  'CancelTransfer',
  'ConfirmPayment',
  'ReturnPayment',
]);

/** Why nothing may come of the command, or null. */
function refusalOf(account: NaiveAccount, command: AccountCommand, now: bigint): string | null {
  if ((account.status === 'NONE') !== (command.type === 'OpenAccount')) return 'the account being there or not';
  if (account.status === 'CLOSED' && !ALWAYS.has(command.type)) return 'the account being closed';
  switch (command.type) {
    case 'SendTransfer':
    case 'SendPayment':
    case 'DepositToPot':
      if (account.status === 'FROZEN') return 'the account being frozen';
      if (command.currency !== account.currency) return 'its currency';
      return account.available < command.amount ? `${account.available} available of ${command.amount}` : null;
    case 'WithdrawFromPot': {
      const pot = account.potsById.get(command.potId);
      if (pot === undefined || pot.closed || pot.locked) return 'the pot';
      return pot.balance < command.amount ? `${pot.balance} in the pot` : null;
    }
    case 'CancelScheduledPayment':
      return account.schedules.get(command.scheduleId)?.open === true ? null : 'no such schedule';
    case 'SchedulePayment':
    case 'ReceivePayment':
    case 'ReceiveTransfer':
    case 'ChargeFee':
    case 'PostAdjustment':
    case 'PostStatementLine':
      if (command.type === 'PostAdjustment' && command.proposedBy === command.approvedBy) return 'four eyes';
      return command.currency === account.currency ? null : 'its currency';
    case 'FreezeAccount':
      return account.status === 'FROZEN' ? 'being frozen already' : null;
    case 'UnfreezeAccount':
      return account.status === 'FROZEN' ? null : 'not being frozen';
    case 'CloseAccount': {
      const disputed = [...account.disputes.values()].some(({ open }) => open);
      const empty = account.ledger === 0n && account.held === 0n && account.pots === 0n && account.inFlight === 0;
      return empty && !disputed ? null : 'money on it or under way';
    }
    case 'ConfirmPayment':
    case 'ReturnPayment':
      return account.payments.get(command.paymentId)?.status === 'SENT' ? null : 'the payment not being under way';
    case 'ReturnTransfer':
    case 'CompleteTransfer':
      return account.payments.get(command.transferId)?.status === 'SENT' ? null : 'the transfer not being under way';
    case 'ExpireAuthorisation': {
      const hold = account.transactions.get(command.transactionId);
      return hold?.expiresAt != null && hold.expiresAt <= now ? null : 'the hold not being due';
    }
    case 'PostProvisionalCredit': {
      const dispute = account.disputes.get(command.disputeKey);
      if (dispute?.open !== true) return 'no such open dispute';
      const left = dispute.claim - dispute.paid;
      return (command.amount ?? 1n) > left ? `${left} claimed and not credited` : null;
    }
    case 'CloseDispute':
      return account.disputes.get(command.disputeKey)?.open === true ? null : 'no such open dispute';
    default:
      return null;
  }
}

function checkLadder(
  invariants: Invariants,
  account: NaiveAccount,
  command: AuthoriseCard | IncrementAuthorisation,
  event: LedgerEvent,
  today: string,
): void {
  const original = command.type === 'IncrementAuthorisation' ? openHold(account, command) : undefined;
  const waiting = command.keys === null ? undefined : account.waiting.get(keyOf(command.cardId, command.keys));
  const asked = {
    command,
    today,
    limitDate: original?.limitDate ?? today,
    authorisedBefore: original?.authorised ?? 0n,
    alreadyReversed: waiting === null,
  };
  const reason = declineOf(account, asked);
  const available = account.available;
  const partial =
    reason === 'insufficient_funds' &&
    command.type === 'AuthoriseCard' &&
    command.partialAllowed &&
    command.kind === 'PURCHASE' &&
    command.cashAmount === 0n &&
    available > 0n;
  const where = () => `${command.type} ${command.amount} ${command.currency} of ${account.id} (${available} available)`;
  if (reason !== null && !partial) {
    invariants.same(RIGHT, reason, event.type === 'AuthorisationDeclined' ? event.reason : event.type, where);
    return;
  }
  const approved = partial ? available : command.amount;
  const posts =
    command.type === 'AuthoriseCard' &&
    command.singleMessage &&
    command.kind !== 'CREDIT' &&
    command.kind !== 'STATUS_INQUIRY';
  const expected =
    original !== undefined ? 'AuthorisationIncremented' : posts ? 'CardPaymentPosted' : 'AuthorisationApproved';
  invariants.same(RIGHT, expected, event.type === 'AuthorisationDeclined' ? event.reason : event.type, where);
  const found =
    event.type === 'AuthorisationApproved'
      ? event.approved
      : event.type === 'CardPaymentPosted'
        ? event.amount
        : event.type === 'AuthorisationIncremented'
          ? event.increment
          : null;
  invariants.same('the event moves the amount that the command says', approved, found, where);
}

function openHold(
  account: NaiveAccount,
  { cardId, originalKeys }: IncrementAuthorisation,
): NaiveTransaction | undefined {
  const id = originalKeys === null ? undefined : account.byKeys.get(keyOf(cardId, originalKeys));
  const found = id === undefined ? undefined : account.transactions.get(id);
  return found?.approved && found.status === 'PENDING' && found.authorised > 0n ? found : undefined;
}

/**
 * Whether money that was refused could have been refused at some time between the question and the answer.
 * Undefined where the naive model has no opinion.
 */
export function mayRefuse(
  account: NaiveAccount,
  command: AccountCommand,
  rejection: string,
  from: number,
): boolean | undefined {
  const moments = account.moments.slice(Math.max(0, from - 1));
  const known = from > 0;
  switch (rejection) {
    case 'UnknownAccount':
      return !known;
    case 'AccountClosed':
      return moments.some(({ status }) => status === 'CLOSED');
    case 'AccountFrozen':
      return moments.some(({ status }) => status === 'FROZEN');
    case 'AccountNotFrozen':
      return moments.some(({ status }) => status !== 'FROZEN');
    case 'CurrencyMismatch':
      return 'currency' in command && command.currency !== account.currency;
    case 'FourEyesRequired':
      return command.type === 'PostAdjustment' && command.proposedBy === command.approvedBy;
    case 'InsufficientFunds':
      if (command.type !== 'SendTransfer' && command.type !== 'SendPayment') return undefined;
      return moments.some(({ balances }) => balances.available < command.amount);
    default:
      return undefined;
  }
}
