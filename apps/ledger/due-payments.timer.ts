// Gives the ledger the payments of schedules whose date has come in the book's zone. A payment that there is not enough money for is tried
// once more, at 14:00 of its date. After a time without the bank, what was due meanwhile is given in order.
import type { BookTime } from '@tallystick/contracts';
import { lettersOf } from '@tallystick/events';
import {
  type AccountId,
  dayNumberOf,
  type LocalDate,
  type Micros,
  occurrenceOf,
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
    let seen = 0;
    const failures: unknown[] = [];
    // When a day has begun, those before are looked through once more: a row may have been stored late.
    const isNewDay = today > checkpoint.day;
    for (let day = checkpoint.day - DAYS_BEHIND; day <= today && !signal.aborted; day++) {
      const from = isNewDay || day > checkpoint.day ? undefined : checkpoint.lookedAt;
      seen += await this.runDay(day, from, now, failures, signal);
    }
    if (failures.length > 0) throw failures[0];
    const moves = seen > 0 || isNewDay;
    if (moves && !signal.aborted) await this.save({ day: today, lookedAt: now });
    return seen;
  }

  /** @param from rows to be looked at before it were given; undefined where none of the day was */
  private async runDay(
    day: number,
    from: Micros | undefined,
    now: Micros,
    failures: unknown[],
    signal: AbortSignal,
  ): Promise<number> {
    let seen = 0;
    let after: Row | undefined = from === undefined ? undefined : { look_at: from, schedule_id: '' };
    while (!signal.aborted) {
      const page = await this.ports.views.slice(duePaymentsTable, {
        partition: { day },
        ...(after && { after }),
        limit: PAGE,
      });
      const due = page.filter((row) => (row.look_at as bigint) <= now);
      const given = await Promise.allSettled(due.map((row) => this.give(row)));
      // One account that can not be asked holds up no other; its payments come again.
      for (const one of given) if (one.status === 'rejected') failures.push(one.reason);
      seen += due.length;
      const last = due.at(-1);
      if (last === undefined || due.length < PAGE) break;
      after = { look_at: last.look_at as bigint, schedule_id: last.schedule_id as string };
    }
    return seen;
  }

  /**
   * The payment, and those after it that are due already. Whoever finds one decided stops: its event has left a row for the next one.
   * The casts are what the table declares.
   */
  private async give(row: Row): Promise<void> {
    const terms: ScheduleTerms = {
      frequency: row.frequency as ScheduleTerms['frequency'],
      firstDate: row.first_date as LocalDate,
      lastDate: row.last_date as LocalDate | null,
      times: row.times as number | null,
    };
    for (let n = row.number as number; ; n++) {
      const occurrence = occurrenceOf(terms, n);
      const now = this.ports.clock();
      if (occurrence === null || occurrence > this.ports.localDateOf(now)) return;
      if (!(await this.take(row, occurrence, now))) return;
    }
  }

  /** Whether it was decided now, and by this command. */
  private async take(row: Row, occurrence: LocalDate, now: Micros): Promise<boolean> {
    const accountId = row.account_id as AccountId;
    const scheduleId = row.schedule_id as ScheduleId;
    const secondTry = this.ports.bookTimeOf(occurrence, SECOND_TRY_HOUR);
    const tryAgainAt = now < secondTry ? secondTry : null;
    const key = `take-${scheduleId}-${occurrence}-${tryAgainAt === null ? 'last' : 'first'}`;
    const command = {
      type: 'TakeScheduledPayment' as const,
      scheduleId,
      occurrence,
      transferId: `transfer_${lettersOf(`scheduled/${accountId}/${scheduleId}/${occurrence}`)}` as TransferId,
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
