// Scheduled payments and standing orders: set up and cancelled by the ledger's decision, listed from the view. The ledger's timer takes
// their payments.
import { hash } from 'node:crypto';
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
import { lettersOf } from '@tallystick/events';
import {
  type AccountId,
  type CurrencyCode,
  chart,
  type LocalDate,
  type PaymentId,
  type RejectionName,
  type ScheduleId,
  type TransferId,
} from '@tallystick/ledger-core';
import type { Freshness, Records, Row, ViewReader } from '@tallystick/views';
import { AccountCommands, commandIdOf } from './account-commands.js';
import { paymentIdOf } from './iso20022/names.js';
import { recordOf } from './iso20022/outbound-records.js';
import { clearingSystemOf, faultOf, outboundTexts, schemeOf } from './iso20022/outbound-texts.js';
import { schedulesTable } from './payments.tables.js';
import { type SealPersonal, sealedUnlessErased } from './personal.js';

type Handlers = HandlersOf<typeof paymentsContract>;
export type Schedule = ResponseOf<(typeof paymentsContract)['methods']['schedules']>['schedules'][number];

const PAGE = 1_000;
/** Whom schedules pay at other banks: a hash of what was sealed, by the schedule. */
const CREDITORS = 'scheduled-creditors';

type Request = RequestOf<(typeof paymentsContract)['methods']['schedulePayment']>;
/** The sealed text, or why the schedule can't be set up. */
type Text =
  | { readonly personal: Uint8Array | null }
  | { readonly fault: { readonly path: string; readonly message: string } }
  | { readonly rejection: RejectionName };

export interface SchedulesPorts {
  readonly ledger: ClientOf<typeof ledgerContract>;
  readonly accounts: ClientOf<typeof accountsContract>;
  readonly records: Records;
  readonly views: ViewReader;
  readonly freshness: Freshness;
  readonly seal: SealPersonal;
}

export class Schedules implements Pick<Handlers, 'schedulePayment' | 'cancelSchedule' | 'schedules'> {
  private readonly commands: AccountCommands;

  constructor(private readonly ports: SchedulesPorts) {
    this.commands = new AccountCommands(ports.ledger);
  }

  schedulePayment: Handlers['schedulePayment'] = async (request, context) => {
    const { accountId, destinationAccountId, creditor, clearingSystem } = request;
    const { amount, currency, frequency, firstDate, lastDate, times } = request;
    // Letters only, as a transfer's: no id ever looks like a card number.
    const scheduleId = `schedule_${lettersOf(`schedule/${commandIdOf(request, accountId)}`)}` as ScheduleId;
    const text = await this.textOf(scheduleId, request, context);
    if ('fault' in text) return { scheduleId, fault: text.fault, outcomes: [] };
    if ('rejection' in text)
      return { scheduleId, fault: null, outcomes: [{ kind: 'rejected', rejection: text.rejection }] };
    const { personal } = text;
    const command = {
      type: 'SchedulePayment' as const,
      scheduleId,
      destinationAccountId,
      otherBank: creditor && { scheme: schemeOf(clearingSystem), nostro: chart.nostro('main') },
      amount,
      currency,
      frequency,
      firstDate,
      lastDate,
      times,
      personal,
    };
    return { scheduleId, fault: null, outcomes: await this.commands.execute(accountId, request, command, context) };
  };

  cancelSchedule: Handlers['cancelSchedule'] = async (request, context) => {
    const { accountId, scheduleId } = request;
    const command = { type: 'CancelScheduledPayment' as const, scheduleId };
    return { outcomes: await this.commands.execute(accountId, request, command, context) };
  };

  schedules: Handlers['schedules'] = async ({ accountId, minPosition }, context) => {
    const { views, freshness } = this.ports;
    if (minPosition > 0n) await freshness.waitUntil(minPosition, context.signal, accountId);
    const schedules: Schedule[] = [];
    for (;;) {
      const last = schedules.at(-1);
      const rows: readonly Row[] = await views.slice(schedulesTable, {
        partition: { account_id: accountId },
        ...(last && { after: { schedule_id: last.id } }),
        limit: PAGE,
      });
      schedules.push(...rows.map(scheduleOf));
      if (rows.length < PAGE) return { schedules };
    }
  };

  private async textOf(scheduleId: ScheduleId, request: Request, context: CallContext): Promise<Text> {
    const { accountId, destinationAccountId, currency, creditor, reference } = request;
    if (creditor !== null) return this.textElsewhere(scheduleId, { ...request, creditor }, context);
    if (destinationAccountId === null) return { rejection: 'InvalidDestination' };
    const rejection = await this.commands.refuseDestination(destinationAccountId, currency, context);
    if (rejection !== undefined) return { rejection };
    if (reference === null) return { personal: null };
    const { seal } = this.ports;
    const personal = await sealedUnlessErased(seal, accountId, commandIdOf(request, accountId), { reference }, context);
    return personal === undefined ? { rejection: 'CustomerErased' } : { personal };
  }

  /** What each payment's message is made of: where it can't be said, nothing is scheduled. */
  private async textElsewhere(
    scheduleId: ScheduleId,
    request: Request & { readonly creditor: NonNullable<Request['creditor']> },
    context: CallContext,
  ): Promise<Text> {
    const { accountId } = request;
    const commandId = commandIdOf(request, accountId);
    const texts = await outboundTexts(this.ports.accounts, request, context);
    const personal = await sealedUnlessErased(this.ports.seal, accountId, commandId, { ...texts }, context);
    if (personal === undefined) return { rejection: 'CustomerErased' };
    // Its payments differ in their references and dates, which have one form.
    const fault = faultOf(paymentIdOf(commandId), recordOf(request, personal), texts);
    if (fault !== undefined) return { fault };
    return (await this.isSameCreditor(scheduleId, personal)) ? { personal } : { rejection: 'IdempotencyKeyReused' };
  }

  /** The ledger compares no personal text, so whom a key was first used for is noted before. Sealing the same gives the same bytes. */
  private async isSameCreditor(scheduleId: ScheduleId, personal: Uint8Array): Promise<boolean> {
    const digest = Buffer.from(hash('sha256', personal));
    const { records } = this.ports;
    if (await records.insertIfAbsent(CREDITORS, scheduleId, digest)) return true;
    const found = await records.get(CREDITORS, scheduleId);
    return found !== undefined && digest.equals(found.value);
  }
}

/** The casts are what the table declares; the first event of a schedule writes both groups that are read without a question. */
function scheduleOf(row: Row): Schedule {
  return {
    id: row.schedule_id as ScheduleId,
    accountId: row.account_id as AccountId,
    destinationAccountId: row.destination_account_id as AccountId | null,
    clearingSystem: row.scheme === null ? null : clearingSystemOf(row.scheme as string),
    amount: row.amount as bigint,
    currency: row.currency as CurrencyCode,
    frequency: row.frequency as Schedule['frequency'],
    firstDate: row.first_date as LocalDate,
    lastDate: row.last_date as LocalDate | null,
    times: row.times as number | null,
    personal: row.personal as Uint8Array | null,
    created: row.created as bigint,
    status: row.status as Schedule['status'],
    decided: row.decided as number,
    nextDate: row.next_date as LocalDate | null,
    last: row.latest_date === null ? null : latestOf(row),
  };
}

function latestOf(row: Row): NonNullable<Schedule['last']> {
  return {
    date: row.latest_date as LocalDate,
    outcome: row.latest_outcome as NonNullable<Schedule['last']>['outcome'],
    reason: row.latest_reason as string | null,
    transferId: row.latest_transfer_id as TransferId | null,
    paymentId: row.latest_payment_id as PaymentId | null,
  };
}
