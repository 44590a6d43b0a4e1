// What another bank says of a payment of ours: pacs.002 confirms it or brings it back, pacs.004 brings it back after it arrived.
import type { BookDate, CallContext, ClientOf, ledgerContract } from '@tallystick/contracts';
import type { Amount, PaymentReturn, ReturnedTransaction, StatusReport, TransactionStatus } from '@tallystick/iso20022';
import {
  type AccountCommand,
  chart,
  type Micros,
  type PaymentId,
  type RejectionName,
  rejections,
} from '@tallystick/ledger-core';
import type { Records } from '@tallystick/views';
import { controlFault } from './control-sums.js';
import { paymentOfReference, referenceOf, returnIdOf, uetrOf } from './names.js';
import { type OutboundRecord, OutboundRecords, type PaymentState } from './outbound-records.js';
import { reasonIn } from './reasons.js';

const CALLER = 'iso20022';
const REJECTED = 'RJCT';
/** Settled, by the definition of the status (ISO 20022, ExternalPaymentTransactionStatus1Code). */
const SETTLED = new Set(['ACSC', 'ACCC']);
/** Under way: nothing moves until more is said. */
const UNDER_WAY = new Set(['ACTC', 'ACSP', 'ACCP', 'ACWC', 'ACWP', 'ACFC', 'PATC', 'PDNG', 'RCVD']);
/** Where the system settles each payment before its status is told, what the receiving bank accepts is settled (RTP: ACTC, ACWP). */
const SETTLED_IN: Readonly<Record<string, ReadonlySet<string>>> = { TCH: new Set(['ACTC', 'ACWP']) };

export interface ReplyPorts {
  readonly ledger: ClientOf<typeof ledgerContract>;
  readonly records: Records;
  readonly clock: () => Micros;
  readonly bookDate: BookDate;
}

/** What became of one transaction of a reply. */
export type Reply = { readonly paymentId: PaymentId; readonly state: PaymentState } | { readonly refused: Refusal };

export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

interface Original {
  readonly OrgnlGrpInf?: { readonly OrgnlMsgId: string };
  readonly OrgnlInstrId?: string;
  readonly OrgnlEndToEndId?: string;
  readonly OrgnlTxId?: string;
  readonly OrgnlUETR?: string;
}

interface Known {
  readonly paymentId: PaymentId;
  readonly record: OutboundRecord;
}

const refuse = (status: number, code: string, message: string) => ({ refused: { status, code, message } });
const unknown = refuse(404, 'not_found.payment', 'there is no such payment');
const differs = refuse(422, 'unprocessable.original_differs', 'the payment that was sent is another than this one');

export class Replies {
  private readonly records: OutboundRecords;

  constructor(private readonly ports: ReplyPorts) {
    this.records = new OutboundRecords(ports.records);
  }

  /** One reply for each transaction, or for each group where the report names none. Sent again, the same. */
  async report(report: StatusReport, contextOf: () => CallContext): Promise<Reply[]> {
    const groups = report.OrgnlGrpInfAndSts ?? [];
    const replies: Reply[] = [];
    const [group, second] = groups;
    const groupOf = second === undefined ? group : undefined;
    for (const status of report.TxInfAndSts ?? [])
      replies.push(await this.reportOne({ ...inGroup(groupOf), ...status }, contextOf()));
    if (replies.length > 0) return replies;
    // We send one payment in each message: what is said of the message is said of it.
    for (const { GrpSts, StsRsnInf, ...original } of groups) {
      const reason = StsRsnInf === undefined ? {} : { StsRsnInf };
      if (GrpSts !== undefined)
        replies.push(await this.reportOne({ ...inGroup(original), TxSts: GrpSts, ...reason }, contextOf()));
    }
    return replies;
  }

  /** @returns the code of the control sum that is wrong, or one reply for each transaction */
  async returned(message: PaymentReturn, contextOf: () => CallContext): Promise<Reply[] | 'AM18' | 'AM10'> {
    const { GrpHdr, OrgnlGrpInf, TxInf = [] } = message;
    const amounts = TxInf.map(({ RtrdIntrBkSttlmAmt }) => RtrdIntrBkSttlmAmt);
    const fault = controlFault(GrpHdr, GrpHdr.TtlRtrdIntrBkSttlmAmt, amounts);
    if (fault !== undefined) return fault;
    const replies: Reply[] = [];
    for (const one of TxInf) replies.push(await this.returnOne({ ...inGroup(OrgnlGrpInf), ...one }, contextOf()));
    return replies;
  }

  private async reportOne(status: TransactionStatus, context: CallContext): Promise<Reply> {
    const known = await this.find(status, status.OrgnlTxRef?.IntrBkSttlmAmt);
    if ('refused' in known) return known;
    const { TxSts } = status;
    if (TxSts === REJECTED) return this.bringBack(known, reasonIn(status.StsRsnInf), TxSts, context);
    if (TxSts !== undefined && isSettled(known.record, TxSts)) return this.confirm(known, TxSts, context);
    if (TxSts === undefined || !UNDER_WAY.has(TxSts))
      return refuse(422, 'unprocessable.payment_status', 'this status says nothing that is known here');
    const { state } = await this.records.update(known.paymentId, (record) =>
      record.state === 'SENT' && record.status !== TxSts ? { status: TxSts } : undefined,
    );
    return { paymentId: known.paymentId, state };
  }

  private async confirm({ paymentId, record }: Known, status: string, context: CallContext): Promise<Reply> {
    const command = { type: 'ConfirmPayment' as const, paymentId };
    const rejection = await this.execute(record, `${paymentId}/confirm`, command, context);
    if (rejection !== undefined) return rejected(rejection);
    const { state } = await this.records.update(paymentId, ({ state: before }) =>
      // What came back since stays back.
      before === 'CONFIRMED' || before === 'RETURNED' ? undefined : { state: 'CONFIRMED', status, reason: null },
    );
    return { paymentId, state };
  }

  private async bringBack(
    { paymentId, record }: Known,
    reason: string,
    status: string,
    context: CallContext,
  ): Promise<Reply> {
    const command = { type: 'ReturnPayment' as const, paymentId, reason };
    const rejection = await this.execute(record, `${paymentId}/return/${reason}`, command, context);
    if (rejection !== undefined) return rejected(rejection);
    const { state } = await this.records.update(paymentId, ({ state: before }) =>
      before === 'RETURNED' ? undefined : { state: 'RETURNED', status, reason },
    );
    return { paymentId, state };
  }

  private async returnOne(one: ReturnedTransaction, context: CallContext): Promise<Reply> {
    const known = await this.find(one, one.OrgnlIntrBkSttlmAmt);
    if ('refused' in known) return known;
    const { record } = known;
    const { currency, minor } = one.RtrdIntrBkSttlmAmt;
    if (currency !== record.currency) return rejected('CurrencyMismatch');
    if (minor === 0n || minor > BigInt(record.amount))
      return refuse(422, 'unprocessable.returned_amount', 'more comes back than was sent, or nothing');
    const reason = reasonIn(one.RtrRsnInf);
    const whole = minor === BigInt(record.amount);
    if (whole && record.returnedBy === null && record.state !== 'CONFIRMED') {
      const back = await this.bringBack(known, reason, 'RTND', context);
      if (!('refused' in back) || back.refused.code !== rejections.PaymentNotInFlight.code) return back;
    }
    return this.creditReturned(known, one.RtrdIntrBkSttlmAmt, reason, context);
  }

  /** After it was confirmed, the money comes as a payment of its own. */
  private async creditReturned(
    { paymentId, record }: Known,
    amount: Amount,
    reason: string,
    context: CallContext,
  ): Promise<Reply> {
    // The books say whether it arrived: the record may be behind them.
    const arrived = await this.execute(record, `${paymentId}/confirm`, { type: 'ConfirmPayment', paymentId }, context);
    if (arrived !== undefined) return rejected(arrived);
    const returnedBy = returnIdOf(paymentId);
    const command: AccountCommand = {
      type: 'ReceivePayment',
      paymentId: returnedBy,
      scheme: record.clearingSystem?.toLowerCase() ?? CALLER,
      amount: amount.minor,
      currency: record.currency,
      nostro: chart.nostro('main'),
      personal: null,
    };
    const rejection = await this.execute(record, `${paymentId}/returned/${amount.minor}`, command, context);
    if (rejection !== undefined) return rejected(rejection);
    const { state } = await this.records.update(paymentId, (before) =>
      before.returnedBy === null ? { state: 'RETURNED', status: 'RTND', reason, returnedBy } : undefined,
    );
    return { paymentId, state };
  }

  /** The one payment that all references name: each that is given must be its own. */
  private async find(original: Original, amount: Amount | undefined): Promise<Known | { readonly refused: Refusal }> {
    const { OrgnlGrpInf, OrgnlInstrId, OrgnlEndToEndId, OrgnlTxId, OrgnlUETR } = original;
    const references = [OrgnlTxId, OrgnlInstrId, OrgnlEndToEndId, OrgnlGrpInf?.OrgnlMsgId].filter(
      (reference) => reference !== undefined,
    );
    const [reference] = references;
    if (reference === undefined) return unknown;
    const paymentId = paymentOfReference(reference);
    const record = await this.records.get(paymentId);
    if (record === undefined) return unknown;
    const same =
      references.every((each) => each === referenceOf(paymentId)) &&
      (OrgnlUETR === undefined || OrgnlUETR === uetrOf(paymentId)) &&
      (amount === undefined || (amount.currency === record.currency && amount.minor === BigInt(record.amount)));
    return same ? { paymentId, record } : differs;
  }

  private async execute(
    { accountId }: OutboundRecord,
    key: string,
    command: AccountCommand,
    context: CallContext,
  ): Promise<RejectionName | undefined> {
    const effectiveAt = this.ports.clock();
    const at = { effectiveAt, localDate: this.ports.bookDate(effectiveAt), causedAt: 0n };
    const { outcomes } = await this.ports.ledger.execute(
      { accountId, caller: CALLER, commands: [{ key, ...at, command }] },
      context,
    );
    const [outcome] = outcomes;
    if (outcome === undefined) throw new Error('the ledger gave no outcome');
    return outcome.kind === 'rejected' ? outcome.rejection : undefined;
  }
}

function isSettled({ clearingSystem }: OutboundRecord, status: string): boolean {
  return SETTLED.has(status) || (SETTLED_IN[clearingSystem ?? '']?.has(status) ?? false);
}

/** The group that a transaction stands in, where it does not name one itself. */
function inGroup(group: { readonly OrgnlMsgId: string; readonly OrgnlMsgNmId: string } | undefined) {
  if (group === undefined) return {};
  const { OrgnlMsgId, OrgnlMsgNmId } = group;
  return { OrgnlGrpInf: { OrgnlMsgId, OrgnlMsgNmId } };
}

function rejected(rejection: RejectionName): { readonly refused: Refusal } {
  const { status, code, message } = rejections[rejection];
  return refuse(status, code, message);
}
