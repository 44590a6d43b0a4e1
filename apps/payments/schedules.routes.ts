// HTTP for the bank's own people: scheduled payments and standing orders.
import { type Static, Type } from '@sinclair/typebox';
import type { CallContext, ClientOf, paymentsContract } from '@tallystick/contracts';
import type { AccountId, LocalDate, ScheduleId } from '@tallystick/ledger-core';
import { badParam, exactAmount, type HttpRoutes } from '@tallystick/transport/service';
import { clearingSystem, creditor, creditorOf } from './iso20022/creditor.js';
import type { OpenPersonal } from './iso20022/outbound.js';
import { accountId, closed, destination, type NamedAccounts, owner } from './named-accounts.js';
import type { Schedule } from './schedules.js';
import { currencyOf, dateText, done, money, type StaffRequests, textOf } from './staff.requests.js';

const FREQUENCIES = { once: 'ONCE', weekly: 'WEEKLY', monthly: 'MONTHLY', yearly: 'YEARLY' } as const;
type FrequencyName = keyof typeof FREQUENCIES;

const orNull = Type.Union([Type.String(), Type.Null()]);
const creditorShown = Type.Object({ name: Type.String(), account: Type.String(), agent: Type.String() });
const scheduleBody = closed({
  ...owner,
  ...destination,
  creditor: Type.Optional(creditor),
  clearing_system: Type.Optional(clearingSystem),
  amount: money,
  frequency: Type.Union((Object.keys(FREQUENCIES) as FrequencyName[]).map((name) => Type.Literal(name))),
  first_date: dateText,
  last_date: Type.Optional(dateText),
  times: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
  reference: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
});
const ownerQuery = closed({ account_id: accountId });
const scheduleParam = closed({ schedule_id: Type.String({ pattern: '^schedule_[a-p]{32}$' }) });
const scheduleAnswer = Type.Object({
  id: Type.String(),
  account_id: Type.String(),
  destination_account_id: orNull,
  creditor: Type.Union([creditorShown, Type.Null()]),
  clearing_system: orNull,
  amount: Type.Object({ amount: Type.Integer(), currency: Type.String() }),
  frequency: Type.String(),
  first_date: Type.String(),
  last_date: orNull,
  times: Type.Union([Type.Integer(), Type.Null()]),
  reference: orNull,
  status: Type.String(),
  next_date: orNull,
  last: Type.Union([
    Type.Object({
      date: Type.String(),
      outcome: Type.String(),
      reason: orNull,
      transfer_id: orNull,
      payment_id: orNull,
    }),
    Type.Null(),
  ]),
});

export interface ScheduleRoutesPorts {
  readonly payments: ClientOf<typeof paymentsContract>;
  readonly requests: StaffRequests;
  readonly named: NamedAccounts;
  readonly open: OpenPersonal;
}

export class ScheduleRoutes {
  constructor(
    routes: HttpRoutes,
    private readonly ports: ScheduleRoutesPorts,
  ) {
    this.addSchedule(routes);
    this.addList(routes);
    this.addCancel(routes);
  }

  private addSchedule(routes: HttpRoutes): void {
    routes.add({
      method: 'POST',
      url: '/staff/payments/schedules',
      summary: 'Have money sent to another account or another bank on a date, or again and again from a date on',
      schemas: { body: scheduleBody, response: { 200: done } },
      handle: async ({ body, headers }, reply) => {
        const { requests, named, payments } = this.ports;
        const context = requests.contextOf(headers);
        const terms = {
          ...requests.circumstances(headers),
          amount: BigInt(body.amount.amount),
          currency: currencyOf(body.amount.currency),
          frequency: FREQUENCIES[body.frequency],
          firstDate: body.first_date as LocalDate,
          lastDate: (body.last_date ?? null) as LocalDate | null,
          times: body.times ?? null,
          reference: textOf('reference', body.reference) ?? null,
        };
        const [account, paid] = await Promise.all([
          named.idOf('account', body.account_id, body.account, context),
          this.paidBy(body, context),
        ]);
        const request = { ...terms, accountId: account, ...paid };
        const { scheduleId, fault, outcomes } = await payments.schedulePayment(request, context);
        if (fault !== null) throw badParam('message', fault.message);
        return requests.answer(scheduleId, account, outcomes, context, reply);
      },
    });
  }

  /** @throws ProblemError where neither an account of ours nor another bank's is named, or both */
  private async paidBy(body: Static<typeof scheduleBody>, context: CallContext) {
    const { destination_account_id: id, destination: number, creditor: other, clearing_system: code } = body;
    if (other === undefined) {
      if (code !== undefined)
        throw badParam('clearing_system', 'a clearing system goes with a creditor at another bank');
      const destinationAccountId = await this.ports.named.idOf('destination', id, number, context);
      return { destinationAccountId, creditor: null, clearingSystem: null };
    }
    if (id !== undefined || number !== undefined)
      throw badParam('creditor', 'either a destination or a creditor at another bank is given, not both');
    return { destinationAccountId: null, creditor: creditorOf(other), clearingSystem: code ?? null };
  }

  private addList(routes: HttpRoutes): void {
    routes.add({
      method: 'GET',
      url: '/staff/payments/schedules',
      summary: "An account's scheduled payments and standing orders, those that are over too",
      schemas: { querystring: ownerQuery, response: { 200: Type.Object({ schedules: Type.Array(scheduleAnswer) }) } },
      handle: async ({ query, headers }) => {
        const { requests, payments } = this.ports;
        const context = requests.contextOf(headers);
        const minPosition = await requests.minPositionOf(headers, context);
        const account = query.account_id as AccountId;
        const { schedules } = await payments.schedules({ accountId: account, minPosition }, context);
        return { schedules: await Promise.all(schedules.map((schedule) => this.shown(schedule))) };
      },
    });
  }

  private addCancel(routes: HttpRoutes): void {
    routes.add({
      method: 'DELETE',
      url: '/staff/payments/schedules/:schedule_id',
      summary: 'Cancel a scheduled payment or a standing order: no further payment is made',
      schemas: { params: scheduleParam, querystring: ownerQuery, response: { 200: done } },
      handle: async ({ params, query, headers }, reply) => {
        const { requests, payments } = this.ports;
        const context = requests.contextOf(headers);
        const account = query.account_id as AccountId;
        const scheduleId = params.schedule_id as ScheduleId;
        // It can be cancelled once: no key is needed to tell a repeat.
        const at = requests.circumstancesUnder(`cancel-${scheduleId}`);
        const { outcomes } = await payments.cancelSchedule({ ...at, accountId: account, scheduleId }, context);
        return requests.answer(scheduleId, account, outcomes, context, reply);
      },
    });
  }

  private async shown(schedule: Schedule) {
    const { id, accountId: account, destinationAccountId, amount, currency, firstDate, lastDate, times } = schedule;
    const { personal, clearingSystem: code, frequency, status, nextDate, last } = schedule;
    const opened = personal === null ? 'erased' : await this.ports.open(account, personal);
    const { name, account: number, agent, reference } = opened === 'erased' ? {} : opened;
    const isKnown = name !== undefined && number !== undefined && agent !== undefined;
    return {
      id,
      account_id: account,
      destination_account_id: destinationAccountId,
      creditor: isKnown ? { name, account: number, agent } : null,
      clearing_system: code,
      amount: { amount: exactAmount(amount), currency },
      frequency: frequency.toLowerCase(),
      first_date: firstDate,
      last_date: lastDate,
      times,
      reference: reference || null,
      status: status.toLowerCase(),
      next_date: nextDate,
      last: last && {
        date: last.date,
        outcome: last.outcome.toLowerCase(),
        reason: last.reason,
        transfer_id: last.transferId,
        payment_id: last.paymentId,
      },
    };
  }
}
