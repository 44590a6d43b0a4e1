// A bank with somebody in it: two months of card life at the first start, and something new every few seconds.

import type { BankClients } from '../clients.js';
import { Random } from '../random.js';
import { dayOf, type Happening, somethingAt } from './card-life.js';
import { type Errand, Errands } from './errands.js';
import { Household, type HouseholdPorts } from './household.js';
import { leftOpen } from './left-open.js';
import { isPurchase, Shopping } from './shopping.js';
import { type DemoState, readState, writeState } from './state.js';

const DAY_MS = 86_400_000;
/** How long the past of a new customer is. */
export const HISTORY_DAYS = 60;
/** While somebody watches, a shop's day is a minute and a half. */
const LIVE_HASTE = 960;
const SHORTEST_PAUSE_MS = 1_500;
const LONGEST_PAUSE_MS = 6_000;
const SETTLED_AFTER_MS = 5_000;

export interface DemoPorts extends HouseholdPorts {
  readonly clients: HouseholdPorts['clients'] & Pick<BankClients, 'feed'>;
  readonly url: string;
  readonly folder: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly pause: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** For the first start; later ones go on with the same. */
  readonly seed: number;
  readonly report: (error: unknown) => void;
}

export class Demo {
  private sent = 0;

  private constructor(
    private readonly ports: DemoPorts,
    readonly household: Household,
    private readonly state: DemoState,
  ) {}

  /** Has lived through its past when it resolves. A start that was cut short is taken up again: every message keeps its key. */
  static async open(ports: DemoPorts, signal: AbortSignal): Promise<Demo> {
    const today = Math.floor(ports.now() / DAY_MS) * DAY_MS;
    const fresh = { seed: ports.seed, since: today - HISTORY_DAYS * DAY_MS, lived: false };
    const state = readState(ports.folder) ?? writeState(ports.folder, fresh);
    const demo = new Demo(ports, await Household.open(ports, state.since), state);
    if (!state.lived) await demo.livePast(signal);
    return demo;
  }

  /** Goes on until the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    const { now, pause, report } = this.ports;
    const started = now();
    const random = new Random(this.state.seed ^ started);
    const keys = `demo-${started}`;
    const shopping = this.shopping(keys, LIVE_HASTE);
    const errands = new Errands();
    errands.add(await leftOpen(this.ports, this.household.accountId, shopping, now() + SETTLED_AFTER_MS));
    let next = now();
    while (!signal.aborted) {
      try {
        await errands.runUntil(now(), signal);
        if (now() >= next) {
          errands.add([this.errand(somethingAt(now(), random), keys, shopping)]);
          next = now() + random.between(SHORTEST_PAUSE_MS, LONGEST_PAUSE_MS);
        }
      } catch (error) {
        if (!signal.aborted) report(error);
      }
      await pause(Math.max(50, Math.min(next, errands.next ?? next) - now()), signal);
    }
  }

  private async livePast(signal: AbortSignal): Promise<void> {
    const random = new Random(this.state.seed);
    const shopping = this.shopping(`demo-past-${this.state.since}`, 1);
    const errands = new Errands();
    const end = this.state.since + HISTORY_DAYS * DAY_MS;
    for (let midnight = this.state.since; midnight < end; midnight += DAY_MS)
      errands.add(dayOf(midnight, random).map((each) => this.errand(each, 'past', shopping)));
    // What a shop would present after the end is left open, as after any stop.
    await errands.runUntil(end, signal);
    if (!signal.aborted) writeState(this.ports.folder, { ...this.state, lived: true });
  }

  private errand(happening: Happening, keys: string, shopping: Shopping): Errand {
    if (isPurchase(happening)) return shopping.errand(happening);
    const key = `${keys}-${happening.kind}-${this.sent++}`;
    return {
      at: happening.at,
      run: async () => {
        await this.move(happening, key);
        return [];
      },
    };
  }

  private move(happening: Exclude<Happening, { kind: 'purchase' }>, key: string): Promise<void> {
    const { kind, amount, at } = happening;
    if (kind === 'salary') return this.household.receive(key, BigInt(amount), at);
    return kind === 'saving' ? this.household.save(key, amount, at) : this.household.transfer(key, amount, at);
  }

  private shopping(keys: string, haste: number): Shopping {
    return new Shopping({ url: this.ports.url, cardId: this.household.cardId, currency: 'GBP', haste, keys });
  }
}
