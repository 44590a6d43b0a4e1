// What the ledger has still to be told, durably: recorded before anybody is answered, delivered in any order until it is stored.
import type { Records } from '@tallystick/views';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { OutboxEntry, Outcome } from './outbox-entry.js';
import { OutboxRecords } from './outbox-records.js';

export type Delivery =
  | { readonly kind: 'stored'; readonly outcome: Outcome }
  /** No later try would end otherwise. */
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'later' };

export interface OutboxPorts {
  /** Where there are none, what waits is lost with the process. */
  readonly records: Records | undefined;
  readonly deliver: (entry: OutboxEntry) => Promise<Delivery>;
  /** Told of each entry that waits from now on, whoever recorded it, and of each that the ledger has. */
  readonly entered: (entry: OutboxEntry) => void;
  readonly left: (entry: OutboxEntry, outcome: Outcome | undefined) => void;
  readonly pause: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Milliseconds of any clock that goes on. */
  readonly now: () => number;
  readonly metrics: Registry;
  readonly report: (error: unknown) => void;
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;
/** How often what others recorded is looked for: they deliver it themselves, unless they are gone. */
const SCAN_MS = 30_000;
const AT_A_TIME = 16;
const ROUND = 512;
/** Entries in memory; what is beyond is found in the records once there is room. */
const WAITING_MAX = 100_000;

export class Outbox {
  readonly #waiting = new Map<string, OutboxEntry>();
  /** Those that only this process knows of. */
  readonly #unrecorded = new Set<string>();
  readonly #records: OutboxRecords;
  readonly #stopping = new AbortController();
  readonly #delivered: Counter;
  #wake = new AbortController();
  #running: Promise<void> | undefined;
  #scannedAt = Number.NEGATIVE_INFINITY;
  #overflowed = false;
  #probing = false;

  constructor(private readonly ports: OutboxPorts) {
    const { metrics } = ports;
    this.#records = new OutboxRecords(ports);
    this.#delivered = new Counter({
      name: 'gateway_outbox_delivered_total',
      help: 'What the ledger was told after all, by kind',
      labelNames: ['kind'],
      registers: [metrics],
    });
    const waiting = () => this.#waiting.size;
    new Gauge({
      name: 'gateway_outbox_waiting',
      help: 'What the ledger has still to be told',
      registers: [metrics],
      collect() {
        this.set(waiting());
      },
    });
  }

  /** Delivers from now on, first what is recorded already. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** What is under way is ended; the rest stays recorded. */
  async close(): Promise<void> {
    this.#stopping.abort();
    this.#wake.abort();
    await this.#running;
  }

  get isDurable(): boolean {
    return this.#records.isDurable;
  }

  get isFull(): boolean {
    return this.#waiting.size >= WAITING_MAX;
  }

  get isEmpty(): boolean {
    return this.#waiting.size === 0;
  }

  waiting(kind: OutboxEntry['kind']): number {
    let count = 0;
    for (const entry of this.#waiting.values()) if (entry.kind === kind) count++;
    return count;
  }

  find(id: string): OutboxEntry | undefined {
    return this.#waiting.get(id);
  }

  /** What is recorded, by whichever process, and waits from now on here too. Whoever recorded it can't withdraw it any more. */
  async recorded(id: string): Promise<OutboxEntry | undefined> {
    const entry = await this.#records.claim(id);
    if (entry !== undefined && !this.#waiting.has(id)) this.#enter(entry);
    return entry;
  }

  /**
   * Records it, and only then delivers it. `there`: another of this id is recorded already. `failed`: it is not recorded in time; an advice is
   * withdrawn then, as nobody was told of it.
   */
  async add(entry: OutboxEntry): Promise<'recorded' | 'there' | 'failed'> {
    const inserted = await this.#records.insert(entry);
    if (inserted === undefined) return 'failed';
    if (!inserted) return 'there';
    this.#enter(entry);
    return 'recorded';
  }

  /** Delivers it at once, and resolves once it is recorded, or could not be: then this process alone knows of it. */
  async addNow(entry: OutboxEntry): Promise<void> {
    const hasRoom = !this.isFull;
    this.#unrecorded.add(entry.id);
    if (hasRoom) this.#enter(entry);
    const inserted = await this.#records.insert(entry);
    if (inserted !== undefined) {
      this.#unrecorded.delete(entry.id);
      this.#overflowed ||= !hasRoom;
    } else if (!hasRoom) this.#enter(entry);
  }

  /** Resolves once nothing waits that this process alone knows of, or the signal is aborted. */
  async settled(signal: AbortSignal): Promise<void> {
    while (this.#unrecorded.size > 0 && this.#running !== undefined && !signal.aborted)
      await this.ports.pause(FIRST_PAUSE_MS, signal);
  }

  #enter(entry: OutboxEntry): void {
    this.#waiting.set(entry.id, entry);
    this.ports.entered(entry);
    this.#wake.abort();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    let rest = FIRST_PAUSE_MS;
    let scanDue = true;
    while (!signal.aborted) {
      const isScanned: boolean = !scanDue || (await this.#scan());
      const { delivered, failed } = await this.#round();
      if (delivered > 0 || (failed === 0 && isScanned)) rest = FIRST_PAUSE_MS;
      scanDue = !isScanned || this.ports.now() - this.#scannedAt >= SCAN_MS;
      if (failed > 0 || !isScanned) {
        await this.ports.pause(rest, signal);
        rest = Math.min(rest * 2, LONGEST_PAUSE_MS);
      } else if (this.#waiting.size === 0) scanDue = this.#overflowed || (await this.#idle()) || scanDue;
    }
  }

  /** Until something waits. True where nothing came for as long as others are left alone. */
  async #idle(): Promise<boolean> {
    const wake = new AbortController();
    this.#wake = wake;
    const { signal } = this.#stopping;
    if (signal.aborted) return false;
    await this.ports.pause(SCAN_MS, wake.signal);
    return !wake.signal.aborted;
  }

  /** Several at a time, until one fails: then the ledger is likely away for all of them, and the next round asks with one. */
  async #round(): Promise<{ readonly delivered: number; readonly failed: number }> {
    const batch: OutboxEntry[] = [];
    for (const entry of this.#waiting.values()) {
      if (batch.push(entry) >= (this.#probing ? 1 : ROUND)) break;
    }
    let [next, delivered, failed] = [0, 0, 0];
    const work = async () => {
      while (failed === 0 && !this.#stopping.signal.aborted) {
        const entry = batch[next++];
        if (entry === undefined) return;
        if (await this.#deliver(entry)) delivered++;
        else failed++;
      }
    };
    await Promise.all(Array.from({ length: Math.min(AT_A_TIME, batch.length) }, work));
    this.#probing = failed > 0;
    return { delivered, failed };
  }

  /** False where it is to be tried again, after all others. */
  async #deliver(entry: OutboxEntry): Promise<boolean> {
    const { deliver, left, report } = this.ports;
    let outcome: Outcome | undefined;
    try {
      const delivery = await deliver(entry);
      if (delivery.kind === 'later') return this.#again(entry);
      if (delivery.kind === 'refused') {
        await this.#records.setAside(entry);
        report(new Error(`the ledger refuses ${entry.id} of the outbox, which is set aside: ${delivery.why}`));
      } else outcome = delivery.outcome;
    } catch (error) {
      report(error);
      return this.#again(entry);
    }
    await this.#records.remove(entry.id);
    this.#waiting.delete(entry.id);
    this.#unrecorded.delete(entry.id);
    if (outcome !== undefined) this.#delivered.inc({ kind: entry.kind });
    left(entry, outcome);
    return true;
  }

  #again(entry: OutboxEntry): false {
    this.#waiting.delete(entry.id);
    this.#waiting.set(entry.id, entry);
    return false;
  }

  /** What is recorded and not waited for here: of the time before this process, of others, and what there was no room for. */
  async #scan(): Promise<boolean> {
    const { now, report } = this.ports;
    this.#overflowed = false;
    try {
      for await (const ids of this.#records.pages()) {
        if (this.isFull) this.#overflowed = true;
        if (this.#overflowed || this.#stopping.signal.aborted) break;
        await Promise.all(ids.map((id) => (this.#waiting.has(id) ? undefined : this.recorded(id))));
      }
      this.#scannedAt = now();
      return true;
    } catch (error) {
      report(error);
      return false;
    }
  }
}
