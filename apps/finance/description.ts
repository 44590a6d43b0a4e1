// What an event is called in the books. From public facts only: personal text never gets here.
import type { LedgerEvent } from '@tallystick/ledger-core';

/** One line for people; may hold whatever a merchant calls itself. */
export function describe(event: LedgerEvent): string {
  switch (event.type) {
    case 'AuthorisationApproved':
    case 'AuthorisationDeclined':
    case 'AuthorisationAdvised':
    case 'CardPaymentPosted':
    case 'ClearingPosted':
    case 'ClearingSuspended':
    case 'RefundPosted':
      return event.merchant.descriptor;
    case 'AuthorisationIncremented':
      return `increment of ${event.transaction.transactionId}`;
    case 'AuthorisationAdjusted':
      return `advised amount of ${event.transaction.transactionId}`;
    case 'AuthorisationReversed':
    case 'CardPaymentReversed':
    case 'ClearingReversed':
      return `reversal of ${event.transaction.transactionId}`;
    case 'AuthorisationExpired':
      return `expiry of ${event.transaction.transactionId}`;
    case 'RefundReversed':
      return `reversal of ${event.transactionId}`;
    case 'DisputeOpened':
    case 'ProvisionalCreditPosted':
    case 'DisputeReduced':
    case 'DisputeRepresented':
    case 'DisputeWon':
    case 'DisputeLost':
    case 'DisputeAbsorbed':
      return `dispute ${event.dispute.disputeKey}`;
    case 'ReversalRecorded':
      return 'reversal before its original';
    case 'EntryPosted':
    case 'StatementLinePosted':
      return event.description;
    case 'AdjustmentPosted':
      return event.reason;
    case 'FeeCharged':
      return `fee ${event.kind}`;
    case 'PaymentSent':
    case 'PaymentReceived':
    case 'PaymentConfirmed':
    case 'PaymentReturned':
      return `payment ${event.paymentId}`;
    case 'TransferSent':
      return `transfer to ${event.destinationAccountId}`;
    case 'TransferReceived':
    case 'TransferRefused':
      return `transfer from ${event.sourceAccountId}`;
    case 'TransferReturned':
    case 'TransferCompleted':
    case 'TransferCancelled':
      return `transfer ${event.transferId}`;
    case 'PaymentScheduled':
    case 'ScheduledPaymentTaken':
    case 'ScheduledPaymentDeferred':
    case 'ScheduledPaymentMissed':
    case 'ScheduledPaymentCancelled':
      return `schedule ${event.schedule.scheduleId}`;
    case 'PotOpened':
    case 'PotDeposited':
    case 'PotWithdrawn':
    case 'PotClosed':
    case 'PotLocked':
    case 'PotUnlocked':
      return `pot ${event.potId}`;
    case 'AccountOwnerAdded':
    case 'AccountOwnerRemoved':
    case 'UserRegistered':
    case 'UserDetailsChanged':
    case 'UserErased':
      return event.userId;
    case 'AccountOpened':
      return `${event.product} account in ${event.currency}`;
    case 'AccountFrozen':
      return event.reason;
    case 'AccountUnfrozen':
    case 'AccountClosed':
    case 'OverdraftLimitSet':
      return '';
    case 'CardIssued':
    case 'CardActivated':
    case 'CardFrozen':
    case 'CardUnfrozen':
    case 'CardReplaced':
    case 'CardReportedLost':
    case 'CardReportedStolen':
    case 'CardCancelled':
    case 'CardControlsSet':
    case 'CardLimitsSet':
      return `card ${event.cardId}`;
    case 'BatchCompleted':
      return event.file;
    case 'TransactionEnriched':
      return event.merchantName;
    case 'MerchantCorrected':
      return event.name;
    case 'FeedItemPosted':
      return `feed item ${event.itemId}`;
    case 'TransactionAnnotated':
      return `transaction ${event.transactionId}`;
    case 'AttachmentRegistered':
    case 'AttachmentDeregistered':
      return `attachment ${event.attachmentId}`;
    case 'ReceiptStored':
    case 'ReceiptDeleted':
      return `receipt ${event.receiptId}`;
  }
}
