// pacs.008 in: each transaction is credited from the nostro, once, or refused with a reason; what was decided is never decided again.
import {
  type accountsContract,
  type BookDate,
  type CallContext,
  type ClientOf,
  type ledgerContract,
  maskCardNumbersIn,
  type RequestOf,
} from '@tallystick/contracts';
import { lettersOf } from '@tallystick/events';
import type { CreditTransfer, CreditTransferTransaction, StatusReport } from '@tallystick/iso20022';
import { type AccountId, type CurrencyCode, chart, type Micros, type PaymentId } from '@tallystick/ledger-core';
import type { Records } from '@tallystick/views';
import { type SealPersonal, sealedUnlessErased } from '../personal.js';
import { controlFault } from './control-sums.js';
import { type InboundMessage, refusalOf, reportOf, SETTLED } from './inbound-report.js';
import { accountName, agentName } from './names.js';
import { DUPLICATE, reasonOf, UNKNOWN_ACCOUNT } from './reasons.js';

const MESSAGES = 'inbound-messages';
const TRANSACTIONS = 'inbound-payments';
const CALLER = 'iso20022';
/** Transactions that are looked up, decided and noted together. */
const CHUNK = 64;

type Execute = RequestOf<(typeof ledgerContract)['methods']['executeAll']>['requests'][number];

export interface InboundPorts {
  readonly ledger: ClientOf<typeof ledgerContract>;
  readonly accounts: ClientOf<typeof accountsContract>;
  readonly records: Records;
  readonly seal: SealPersonal;
  readonly clock: () => Micros;
  readonly bookDate: BookDate;
}

/** What is noted of a message: enough to know it again. */
interface NotedMessage {
  readonly content: string;
  readonly at: string;
}

interface NotedTransaction {
  /** The message that brought it first. */
  readonly message: string;
  /** The account that it was meant for when it first came; null where there was none. */
  readonly accountId: AccountId | null;
  /** ACSC or the reason; null while it is not decided. */
  readonly outcome: string | null;
}

interface Pending {
  readonly key: string;
  readonly transaction: CreditTransferTransaction;
  readonly noted: NotedTransaction;
}

export class InboundPayments {
  constructor(private readonly ports: InboundPorts) {}

  /**
   * Goes through the message to its end; killed half way, the same message goes on where it was.
   * @param canonical the message as it is written, whatever it looked like when it came
   * @param contextOf makes the context of a few calls: a long message outlives the deadline of any
   * @returns undefined where another message had the same id
   */
  async take(
    transfer: CreditTransfer,
    canonical: string,
    contextOf: () => CallContext,
  ): Promise<StatusReport | undefined> {
    const scope = scopeOf(transfer);
    const content = lettersOf(canonical);
    const reason = refusalOfWhole(transfer, scope);
    // What is refused whole leaves its id free: the sender may send it again, mended.
    const key = keyOf(...(reason === undefined ? ['message', scope, transfer.GrpHdr.MsgId] : ['refused', content]));
    const noted = await this.noteMessage(key, content);
    if (noted.content !== content) return undefined;
    const message: InboundMessage = { key, at: BigInt(noted.at), transfer };
    if (reason !== undefined) return refusalOf(message, reason);
    const outcomes: string[] = [];
    for (let from = 0; from < transfer.CdtTrfTxInf.length; from += CHUNK)
      outcomes.push(...(await this.decideChunk(message, scope, from, contextOf())));
    return reportOf(message, outcomes);
  }

  private async noteMessage(key: string, content: string): Promise<NotedMessage> {
    const noted: NotedMessage = { content, at: String(this.ports.clock()) };
    if (await this.ports.records.insertIfAbsent(MESSAGES, key, bytes(noted))) return noted;
    const found = await this.ports.records.get(MESSAGES, key);
    if (found === undefined) throw new Error('a message that could not be noted is not noted either');
    return JSON.parse(Buffer.from(found.value).toString());
  }

  private async decideChunk(
    message: InboundMessage,
    scope: string,
    from: number,
    context: CallContext,
  ): Promise<string[]> {
    const transactions = message.transfer.CdtTrfTxInf.slice(from, from + CHUNK);
    const accounts = await this.accountsOf(transactions, context);
    const pending = await Promise.all(
      transactions.map(async (transaction, index): Promise<Pending> => {
        const key = transactionKey(message, scope, from + index);
        const accountId = accounts[index] ?? null;
        const outcome = accountId === null ? UNKNOWN_ACCOUNT : null;
        const noted = await this.noteTransaction(key, { message: message.key, accountId, outcome });
        return { key, transaction, noted };
      }),
    );
    const decided = await this.credit(message, pending, context);
    return Promise.all(pending.map((one) => this.outcomeOf(one, message.key, decided)));
  }

  private async accountsOf(transactions: readonly CreditTransferTransaction[], context: CallContext) {
    const numbers = transactions.map(({ CdtrAcct, CdtrAgt }) => ({
      sortCode: agentName(CdtrAgt) ?? null,
      accountNumber: CdtrAcct === undefined ? '' : accountName(CdtrAcct),
    }));
    return (await this.ports.accounts.byNumber({ numbers, exact: false }, context)).accounts;
  }

  private async noteTransaction(key: string, fresh: NotedTransaction): Promise<NotedTransaction> {
    if (await this.ports.records.insertIfAbsent(TRANSACTIONS, key, bytes(fresh))) return fresh;
    return (await this.noted(key)).noted;
  }

  private async noted(key: string): Promise<{ readonly noted: NotedTransaction; readonly version: number }> {
    const found = await this.ports.records.get(TRANSACTIONS, key);
    if (found === undefined) throw new Error('a payment that could not be noted is not noted either');
    return { noted: JSON.parse(Buffer.from(found.value).toString()), version: found.version };
  }

  /** Outcomes by key, of those that had none. */
  private async credit(
    message: InboundMessage,
    pending: readonly Pending[],
    context: CallContext,
  ): Promise<ReadonlyMap<string, string>> {
    const open = pending.filter(({ noted }) => noted.message === message.key && noted.outcome === null);
    const requests = await Promise.all(open.map((one) => this.commandOf(message, one, context)));
    if (requests.length === 0) return new Map();
    const { responses } = await this.ports.ledger.executeAll({ requests }, context);
    return new Map(
      open.map(({ key }, index) => {
        const outcome = responses[index]?.outcomes[0];
        if (outcome === undefined) throw new Error('the ledger gave no outcome');
        return [key, outcome.kind === 'rejected' ? reasonOf(outcome.rejection) : SETTLED];
      }),
    );
  }

  private async commandOf(message: InboundMessage, one: Pending, context: CallContext): Promise<Execute> {
    const { key, transaction, noted } = one;
    const { accountId } = noted;
    if (accountId === null) throw new Error('a payment to nobody has its outcome from the start');
    const { currency, minor } = transaction.IntrBkSttlmAmt;
    const text = personalOf(transaction);
    const named = Object.keys(text).length > 0;
    const commandId = `${CALLER}/${accountId}/${key}`;
    // Money comes to whom was erased, too; who sent it, and what for, is not kept.
    const personal = named ? await sealedUnlessErased(this.ports.seal, accountId, commandId, text, context) : null;
    const command = {
      type: 'ReceivePayment' as const,
      paymentId: `payment_${key}` as PaymentId,
      scheme: schemeOf(message.transfer),
      amount: minor,
      // The codec knows the currencies of ISO 4217 alone.
      currency: currency as CurrencyCode,
      nostro: chart.nostro('main'),
      personal: personal ?? null,
    };
    const at = { effectiveAt: message.at, localDate: this.ports.bookDate(message.at), causedAt: 0n };
    return { accountId, caller: CALLER, commands: [{ key, ...at, command }] };
  }

  /** Noted before it is told: it is told the same for ever. */
  private async outcomeOf(one: Pending, message: string, decided: ReadonlyMap<string, string>): Promise<string> {
    if (one.noted.message !== message) return DUPLICATE;
    if (one.noted.outcome !== null) return one.noted.outcome;
    const outcome = decided.get(one.key);
    if (outcome === undefined) throw new Error('a payment that was open is not decided');
    const { noted, version } = await this.noted(one.key);
    if (noted.outcome !== null) return noted.outcome;
    const fresh = bytes({ ...noted, outcome });
    if (await this.ports.records.compareAndSet(TRANSACTIONS, one.key, version, fresh)) return outcome;
    return (await this.noted(one.key)).noted.outcome ?? outcome;
  }
}

/** Who sent it: ids are unique for their sender alone. */
function scopeOf({ GrpHdr, CdtTrfTxInf: [first] }: CreditTransfer): string {
  const agent = GrpHdr.InstgAgt ?? first?.InstgAgt ?? first?.DbtrAgt;
  return (agent === undefined ? undefined : agentName(agent)) ?? '';
}

/** Letters alone: an id may be anything, and keys are named in logs. */
function keyOf(...parts: readonly string[]): string {
  return lettersOf(JSON.stringify(parts));
}

/** By the id that follows a payment through all banks, else by the narrower ones. */
function transactionKey({ transfer }: Pick<InboundMessage, 'transfer'>, scope: string, index: number): string {
  const { TxId, UETR, InstrId, EndToEndId } = transfer.CdtTrfTxInf[index]?.PmtId ?? { EndToEndId: '' };
  if (TxId !== undefined) return keyOf('transaction', scope, TxId);
  if (UETR !== undefined) return keyOf('uetr', UETR);
  if (InstrId !== undefined) return keyOf('instruction', scope, InstrId);
  return keyOf('place', scope, transfer.GrpHdr.MsgId, String(index), EndToEndId);
}

/** The reason, where the message contradicts itself. */
function refusalOfWhole(transfer: CreditTransfer, scope: string): string | undefined {
  const { GrpHdr, CdtTrfTxInf } = transfer;
  const amounts = CdtTrfTxInf.map(({ IntrBkSttlmAmt }) => IntrBkSttlmAmt);
  const fault = controlFault(GrpHdr, GrpHdr.TtlIntrBkSttlmAmt, amounts);
  if (fault !== undefined) return fault;
  const keys = CdtTrfTxInf.map((_, index) => transactionKey({ transfer }, scope, index));
  return new Set(keys).size < keys.length ? DUPLICATE : undefined;
}

/** Who paid and what for; to be sealed. No card number is stored, sealed or not. */
function personalOf({ Dbtr, DbtrAcct, RmtInf, RltdRmtInf }: CreditTransferTransaction): Record<string, string> {
  const texts = {
    name: Dbtr.Nm,
    account: DbtrAcct === undefined ? undefined : accountName(DbtrAcct),
    reference: RmtInf?.Ustrd?.join(' ') ?? RltdRmtInf?.[0]?.RmtId,
  };
  return Object.fromEntries(
    Object.entries(texts).flatMap(([name, text]) => (text === undefined ? [] : [[name, maskCardNumbersIn(text)]])),
  );
}

function schemeOf({ GrpHdr: { SttlmInf } }: CreditTransfer): string {
  const { ClrSys } = SttlmInf;
  const code = ClrSys !== undefined && 'Cd' in ClrSys ? ClrSys.Cd.toLowerCase() : '';
  return /^[a-z0-9]{1,3}$/.test(code) ? code : CALLER;
}

function bytes(noted: NotedMessage | NotedTransaction): Uint8Array {
  return Buffer.from(JSON.stringify(noted));
}
