// Payments to other banks: the money leaves the account, the message goes out, and what the other bank says moves it on.
import type {
  accountsContract,
  CallContext,
  ClientOf,
  HandlersOf,
  ledgerContract,
  paymentsContract,
  RequestOf,
  ResponseOf,
} from '@tallystick/contracts';
import { type AccountCommand, chart, isCurrency, type PaymentId, rejections } from '@tallystick/ledger-core';
import type { Records } from '@tallystick/views';
import { CUSTOMER_ERASED, type SealPersonal, sealedUnlessErased } from '../personal.js';
import { paymentIdOf } from './names.js';
import { type OutboundRecord, OutboundRecords, recordOf } from './outbound-records.js';
import { faultOf, messageText, outboundTexts, schemeOf } from './outbound-texts.js';

type Handlers = HandlersOf<typeof paymentsContract>;
type Pay = RequestOf<(typeof paymentsContract)['methods']['pay']>;
type Outcomes = ResponseOf<(typeof ledgerContract)['methods']['execute']>['outcomes'];

/** Opens what was sealed for an account; `erased` where its key is gone. */
export type OpenPersonal = (
  accountId: string,
  sealed: Uint8Array,
) => Promise<Readonly<Record<string, string>> | 'erased'>;

export interface OutboundPorts {
  readonly ledger: ClientOf<typeof ledgerContract>;
  readonly accounts: ClientOf<typeof accountsContract>;
  readonly records: Records;
  readonly seal: SealPersonal;
  readonly open: OpenPersonal;
}

export class OutboundPayments implements Pick<Handlers, 'pay' | 'payment' | 'paymentsInFlight'> {
  private readonly records: OutboundRecords;

  constructor(private readonly ports: OutboundPorts) {
    this.records = new OutboundRecords(ports.records);
  }

  pay: Handlers['pay'] = async (request, context) => {
    const commandId = `${request.caller}/${request.accountId}/${request.key}`;
    const paymentId = paymentIdOf(commandId);
    if (!isCurrency(request.currency)) return { paymentId, fault: null, outcomes: refused('InvalidCurrency') };
    const texts = await outboundTexts(this.ports.accounts, request, context);
    const sealed = await sealedUnlessErased(this.ports.seal, request.accountId, commandId, { ...texts }, context);
    if (sealed === undefined) return { paymentId, fault: null, outcomes: CUSTOMER_ERASED };
    const fresh = recordOf(request, sealed);
    const fault = faultOf(paymentId, fresh, texts);
    if (fault !== undefined) return { paymentId, fault, outcomes: [] };
    const noted = await this.records.insert(paymentId, fresh);
    if (!isSamePayment(noted, fresh)) return { paymentId, fault: null, outcomes: refused('IdempotencyKeyReused') };
    const outcomes = await this.send(paymentId, request, sealed, context);
    await this.records.update(paymentId, (record) => sentOrRefused(record, outcomes));
    return { paymentId, fault: null, outcomes };
  };

  payment: Handlers['payment'] = async ({ paymentId }) => {
    const record = await this.records.get(paymentId);
    if (record === undefined) return { found: null };
    const { accountId, amount, currency, state, status, reason, returnedBy } = record;
    const message = state === 'PENDING' || state === 'REFUSED' ? null : await this.messageText(paymentId, record);
    return { found: { accountId, amount: BigInt(amount), currency, state, status, reason, returnedBy, message } };
  };

  paymentsInFlight: Handlers['paymentsInFlight'] = async ({ after, limit }) => {
    const { payments, next } = await this.records.inFlight(after, limit);
    const shown = payments.map(async ([id, record]) => {
      const { accountId, amount, currency, status } = record;
      return { id, accountId, amount: BigInt(amount), currency, status, message: await this.messageText(id, record) };
    });
    return { payments: await Promise.all(shown), next };
  };

  private async send(
    paymentId: PaymentId,
    request: Pay,
    personal: Uint8Array,
    context: CallContext,
  ): Promise<Outcomes> {
    const { accountId, caller, key, effectiveAt, localDate, amount, currency, clearingSystem } = request;
    const command: AccountCommand = {
      type: 'SendPayment',
      paymentId,
      scheme: schemeOf(clearingSystem),
      amount,
      currency,
      nostro: chart.nostro('main'),
      personal,
    };
    const { outcomes } = await this.ports.ledger.execute(
      { accountId, caller, commands: [{ key, effectiveAt, localDate, causedAt: 0n, command }] },
      context,
    );
    return outcomes;
  }

  private async messageText(paymentId: PaymentId, record: OutboundRecord): Promise<string | null> {
    const texts = await this.ports.open(record.accountId, Buffer.from(record.sealed, 'base64'));
    if (texts === 'erased') return null;
    const { name = '', account = '', agent = '', reference = '', debtorAccount = '', debtorAgent = '' } = texts;
    return messageText(paymentId, record, { name, account, agent, reference, debtorAccount, debtorAgent });
  }
}

/** Sealing the same gives the same bytes. When it was asked for is nobody's content. */
function isSamePayment(a: OutboundRecord, b: OutboundRecord): boolean {
  return (
    a.amount === b.amount && a.currency === b.currency && a.clearingSystem === b.clearingSystem && a.sealed === b.sealed
  );
}

function sentOrRefused(record: OutboundRecord, [outcome]: Outcomes): Partial<OutboundRecord> | undefined {
  if (outcome === undefined) throw new Error('the ledger gave no outcome');
  if (record.state !== 'PENDING' && record.state !== 'REFUSED') return undefined;
  if (outcome.kind === 'rejected') return { state: 'REFUSED', reason: rejections[outcome.rejection].code };
  return { state: 'SENT', reason: null };
}

function refused(rejection: 'InvalidCurrency' | 'IdempotencyKeyReused'): Outcomes {
  return [{ kind: 'rejected', rejection }];
}
