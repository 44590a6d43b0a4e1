// Gives the ledger the payments of schedules whose date has come in the book's zone. A payment that there is not enough money for is tried
// once more, at 14:00 of its date. After a time without the bank, what was due meanwhile is given in order of the dates.
import type { BookTime } from '@tallystick/contracts';
import { lettersOf } from '@tallystick/events';
import {
  type AccountId,
  dayNumberOf,
  type LocalDate,
  type Micros,
  occurrenceOf,
  type PaymentId,
  type ScheduleId,
  type ScheduleTerms,
  TRANSACTIONS_KEPT,
  type TransferId,
} from '@tallystick/ledger-core';
import type { Row } from '@tallystick/views';
import { duePaymentsTable } from './due.projection.js';
import type { DuePorts } from './due.timer.js';

const CHECKPOINTS = 'process-checkpoints';
const NAME = 'due-payments';
const PAGE = 256;
const SECOND_TRY_HOUR = 14;
/** A row recorded now lies in no earlier day than this many before today's in any zone (due.projection.ts). */
const DAYS_BEHIND = 3;

export interface DuePaymentsPorts extends DuePorts {
  readonly bookTimeOf: BookTime;
}

/** Where the timer stands: of all days up to `day`, everything to be looked at until `lookedAt` was given to the ledger. */
interface Checkpoint {
  readonly day: number;
  readonly lookedAt: Micros;
}

/** A payment of a schedule, counted from 0; the row is what is known of the schedule. */
interface Payment {
  readonly row: Row;
  readonly number: number;
}

/** By which the payment of that date goes, as a transfer or to another bank. Letters only: no id ever looks like a card number. */
export function idsOf(accountId: AccountId, scheduleId: ScheduleId, occurrence: LocalDate) {
  const letters = lettersOf(`scheduled/${accountId}/${scheduleId}/${occurrence}`);
  return { transferId: `transfer_${letters}` as TransferId, paymentId: `payment_${letters}` as PaymentId };
}

export class DuePaymentsTimer {
  constructor(private readonly ports: DuePaymentsPorts) {}

  /**
   * Gives every payment that is due now; returns how many rows were looked at. Stopped in the middle, the next call gives them again: each
   * command's key follows from the schedule and the date, so none is decided twice.
   */
  async run(signal: AbortSignal): Promise<number> {
    const { clock, ledger, freshness, contextFor } = this.ports;
    const now = clock();
    const { head } = await ledger.journal({}, contextFor(NAME, NAME));
    await freshness.waitUntil(head, signal);
    const checkpoint = await this.load(now);
    // Another instance, whose clock is ahead, was here.
    if (now <= checkpoint.lookedAt) return 0;
    const today = this.dayAt(now);
    const round = new Round(this.ports, now, signal);
    // When a day has begun, those before are looked through once more: a row may have been stored late.
    const isNewDay = today > checkpoint.day;
    for (let day = checkpoint.day - DAYS_BEHIND; day <= today && !signal.aborted; day++)
      await round.giveDay(day, isNewDay || day > checkpoint.day ? undefined : checkpoint.lookedAt);
    if (round.failures.length > 0) throw round.failures[0];
    const moves = round.seen > 0 || isNewDay;
    if (moves && !signal.aborted) await this.save({ day: today, lookedAt: now });
    return round.seen;
  }

  private dayAt(at: Micros): number {
    const date = this.ports.localDateOf(at);
    const day = dayNumberOf(date);
    if (day === undefined) throw new Error(`the book is at ${date}, which is no date`);
    return day;
  }

  private async load(now: Micros): Promise<Checkpoint> {
    const found = await this.ports.records.get(CHECKPOINTS, NAME);
    if (found === undefined) {
      // The first run, or its record is lost: nothing that matters can have fallen due before this.
      const lookedAt = now - TRANSACTIONS_KEPT;
      return { day: this.dayAt(lookedAt), lookedAt };
    }
    const [day = '0', lookedAt = '0'] = Buffer.from(found.value).toString().split(' ');
    return { day: Number(day), lookedAt: BigInt(lookedAt) };
  }

  private save({ day, lookedAt }: Checkpoint): Promise<void> {
    return this.ports.records.put(CHECKPOINTS, NAME, Buffer.from(`${day} ${lookedAt}`));
  }
}

/** One run of the timer: all that is due is given, each date before the one after it, whichever schedules they are of. */
class Round {
  /** How many rows were looked at. */
  seen = 0;
  readonly failures: unknown[] = [];
  /** By day: what comes after a payment that was given now, and is due already. */
  private readonly overdue = new Map<number, Payment[]>();

  constructor(
    private readonly ports: DuePaymentsPorts,
    private readonly now: Micros,
    private readonly signal: AbortSignal,
  ) {}

  /** @param from rows to be looked at before it were given; undefined where none of the day was */
  async giveDay(day: number, from: Micros | undefined): Promise<void> {
    let after: Row | undefined = from === undefined ? undefined : { look_at: from, schedule_id: '' };
    while (!this.signal.aborted) {
      const page = await this.ports.views.slice(duePaymentsTable, {
        partition: { day },
        ...(after && { after }),
        limit: PAGE,
      });
      const due = page.filter((row) => (row.look_at as bigint) <= this.now);
      await this.giveAll(
        day,
        due.map((row) => ({ row, number: row.number as number })),
      );
      this.seen += due.length;
      const last = due.at(-1);
      if (last === undefined || due.length < PAGE) break;
      after = { look_at: last.look_at as bigint, schedule_id: last.schedule_id as string };
    }
    for (let more = this.takeOverdue(day); more.length > 0; more = this.takeOverdue(day)) await this.giveAll(day, more);
  }

  private takeOverdue(day: number): Payment[] {
    return this.signal.aborted ? [] : (this.overdue.get(day)?.splice(0, PAGE) ?? []);
  }

  private async giveAll(day: number, payments: readonly Payment[]): Promise<void> {
    const given = await Promise.allSettled(payments.map((payment) => this.give(day, payment)));
    // One account that can not be asked holds up no other; its payments come again.
    for (const one of given) if (one.status === 'rejected') this.failures.push(one.reason);
  }

  /** Whoever finds it decided leaves it at that: its event has left a row for the next one. */
  private async give(day: number, payment: Payment): Promise<void> {
    const occurrence = this.dueDateOf(payment);
    if (occurrence === undefined || !(await this.take(payment.row, occurrence))) return;
    const next = { row: payment.row, number: payment.number + 1 };
    const date = this.dueDateOf(next);
    if (date === undefined) return;
    // Never in a day that this round has left, even where a row lies in a later day than its date.
    const then = Math.max(day, dayNumberOf(date) ?? day);
    const waiting = this.overdue.get(then);
    if (waiting === undefined) this.overdue.set(then, [next]);
    else waiting.push(next);
  }

  /** Undefined where it is none that is due. The casts are what the table declares. */
  private dueDateOf({ row, number }: Payment): LocalDate | undefined {
    const terms: ScheduleTerms = {
      frequency: row.frequency as ScheduleTerms['frequency'],
      firstDate: row.first_date as LocalDate,
      lastDate: row.last_date as LocalDate | null,
      times: row.times as number | null,
    };
    const date = occurrenceOf(terms, number);
    return date === null || date > this.ports.localDateOf(this.ports.clock()) ? undefined : date;
  }

  /** Whether it was decided now, and by this command. */
  private async take(row: Row, occurrence: LocalDate): Promise<boolean> {
    const accountId = row.account_id as AccountId;
    const scheduleId = row.schedule_id as ScheduleId;
    const now = this.ports.clock();
    const secondTry = this.ports.bookTimeOf(occurrence, SECOND_TRY_HOUR);
    const tryAgainAt = now < secondTry ? secondTry : null;
    const key = `take-${scheduleId}-${occurrence}-${tryAgainAt === null ? 'last' : 'first'}`;
    const command = {
      type: 'TakeScheduledPayment' as const,
      scheduleId,
      occurrence,
      ...idsOf(accountId, scheduleId, occurrence),
      tryAgainAt,
      personal: row.personal as Uint8Array | null,
    };
    const at = { key, effectiveAt: now, localDate: this.ports.localDateOf(now), causedAt: now };
    // A rejection says that there is no such payment any more: its schedule was cancelled.
    const { outcomes } = await this.ports.ledger.execute(
      { accountId, caller: 'process.due', commands: [{ ...at, command }] },
      this.ports.contextFor(key, key),
    );
    const [outcome] = outcomes;
    return outcome?.kind === 'answered' && !outcome.repeated && outcome.answer.type !== null;
  }
}
