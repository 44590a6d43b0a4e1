// Scheduled payments and standing orders: set up and cancelled by the ledger's decision, listed from the view. The ledger's timer takes
// their payments.
import type { ClientOf, HandlersOf, ledgerContract, paymentsContract, ResponseOf } from '@tallystick/contracts';
import { lettersOf } from '@tallystick/events';
import type { AccountId, CurrencyCode, LocalDate, ScheduleId, TransferId } from '@tallystick/ledger-core';
import type { Freshness, Row, ViewReader } from '@tallystick/views';
import { AccountCommands, commandIdOf } from './account-commands.js';
import { schedulesTable } from './payments.tables.js';
import { CUSTOMER_ERASED, type SealPersonal, sealedUnlessErased } from './personal.js';

type Handlers = HandlersOf<typeof paymentsContract>;
export type Schedule = ResponseOf<(typeof paymentsContract)['methods']['schedules']>['schedules'][number];

/** Nobody has more: whoever does is shown the first. */
const SCHEDULES_MAX = 1_000;

export interface SchedulesPorts {
  readonly ledger: ClientOf<typeof ledgerContract>;
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
    const { accountId, destinationAccountId, amount, currency, frequency, firstDate, lastDate, times } = request;
    const commandId = commandIdOf(request, accountId);
    // Letters only, as a transfer's: no id ever looks like a card number.
    const scheduleId = `schedule_${lettersOf(`schedule/${commandId}`)}` as ScheduleId;
    const refused = await this.commands.refuseDestination(destinationAccountId, currency, context);
    if (refused !== undefined) return { scheduleId, outcomes: [{ kind: 'rejected', rejection: refused }] };
    const { reference } = request;
    const personal =
      reference === null
        ? null
        : await sealedUnlessErased(this.ports.seal, accountId, commandId, { reference }, context);
    if (personal === undefined) return { scheduleId, outcomes: CUSTOMER_ERASED };
    const command = {
      type: 'SchedulePayment' as const,
      scheduleId,
      destinationAccountId,
      amount,
      currency,
      frequency,
      firstDate,
      lastDate,
      times,
      personal,
    };
    return { scheduleId, outcomes: await this.commands.execute(accountId, request, command, context) };
  };

  cancelSchedule: Handlers['cancelSchedule'] = async (request, context) => {
    const { accountId, scheduleId } = request;
    const command = { type: 'CancelScheduledPayment' as const, scheduleId };
    return { outcomes: await this.commands.execute(accountId, request, command, context) };
  };

  schedules: Handlers['schedules'] = async ({ accountId, minPosition }, context) => {
    const { views, freshness } = this.ports;
    if (minPosition > 0n) await freshness.waitUntil(minPosition, context.signal, accountId);
    const rows = await views.slice(schedulesTable, { partition: { account_id: accountId }, limit: SCHEDULES_MAX });
    return { schedules: rows.map(scheduleOf) };
  };
}

/** The casts are what the table declares; the first event of a schedule writes both groups that are read without a question. */
function scheduleOf(row: Row): Schedule {
  return {
    id: row.schedule_id as ScheduleId,
    accountId: row.account_id as AccountId,
    destinationAccountId: row.destination_account_id as AccountId,
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
  };
}
