// A run of the card network against a running bank: opens cards, tells stories, and compares what it believes with what the bank answers.

import type { Address } from '../address.js';
import { BankHttp } from './bank-http.js';
import { cardNumbers } from './card-numbers.js';
import { Card } from './cards.js';
import { ClearingHouse } from './clearing-house.js';
import type { ClearingDelivery } from './clearing-lines.js';
import { type Compared, compare } from './comparison.js';
import { Conversation, type Stage } from './conversation.js';
import { FileClearing } from './file-clearing.js';
import { GatewayClearing } from './gateway-clearing.js';
import { Latencies } from './latencies.js';
import { type LinkCounts, Links } from './links.js';
import { Messages } from './messages.js';
import { type Mix, overdraftOf, planOf } from './plan.js';
import { Random } from './random.js';
import { TOLD } from './stories/index.js';
import { Tally } from './tally.js';

export interface Bank {
  readonly url: string;
  readonly iso8583: Address;
  readonly staffToken: string;
}

export interface Wanted {
  readonly seed: number;
  readonly cards: number;
  readonly links: number;
  /** Stories begun a second, most of them with an authorisation; 0 for as many as 64 messages in flight bring. */
  readonly rate: number;
  readonly milliseconds: number;
  /** Share of the messages after which their link is cut. */
  readonly cuts: number;
  readonly mix: Mix;
  readonly clearing: ClearingWay;
}

/** As whole files, or one line after the other over the HTTP gateway. */
export type ClearingWay = 'files' | 'lines';

export interface Circumstances {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Milliseconds, only ever forwards. */
  readonly clock: () => number;
  /** Aborted: begins nothing more, finishes what is open, and compares. */
  readonly signal: AbortSignal;
  /** Told every second. */
  readonly onProgress: (progress: Progress) => void;
}

export interface Progress {
  /** Milliseconds since the first story. */
  readonly elapsed: number;
  readonly sent: number;
  readonly begun: number;
  readonly open: number;
  readonly cuts: number;
}

export interface Played {
  readonly wanted: Wanted;
  readonly tally: Tally;
  readonly counts: LinkCounts;
  readonly latencies: Latencies;
  /** Presentments, refunds and their reversals that were sent, and in how many files. */
  readonly presented: { readonly lines: number; readonly files: number };
  /** Milliseconds in which stories were begun. */
  readonly elapsed: number;
  /** Milliseconds until the last of them was finished. */
  readonly finishedAfter: number;
  readonly compared: readonly Compared[];
}

const DEADLINE_MS = 2_000;
const IN_FLIGHT = 64;
/** More are not begun: the bank, or this process, is behind. */
const OPEN_MOST = 10_000;
const TICK_MS = 5;
const PROGRESS_MS = 1_000;
const OPENED_AT_ONCE = 16;

/** @throws BankFailure, NoAnswer, or what opening a socket throws, where the bank can not be played with */
export async function play(bank: Bank, wanted: Wanted, circumstances: Circumstances): Promise<Played> {
  const { now, clock } = circumstances;
  const messages = new Messages(now);
  const http = new BankHttp(bank.url, bank.staffToken, `network-${wanted.seed}-${messages.run}`);
  const delivery: ClearingDelivery =
    wanted.clearing === 'files' ? new FileClearing(http, now) : new GatewayClearing(http);
  const house = new ClearingHouse(delivery);
  const latencies = new Latencies();
  try {
    const cards = await openCards(http, wanted);
    const links = await Links.open(
      { address: bank.iso8583, links: wanted.links, cuts: wanted.cuts, deadlineMs: DEADLINE_MS },
      { messages, random: Random.of(wanted.seed, 3), clock, latencies },
    );
    const stage: Stage = { links, messages, house, bank: http, tally: new Tally() };
    const begun = clock();
    const elapsed = await new Run(stage, cards, wanted, circumstances).all().finally(() => links.close());
    const finishedAfter = clock() - begun;
    const compared = await compare(http, cards, clock);
    const presented = { lines: house.lines, files: house.files };
    return { wanted, tally: stage.tally, counts: links.counts, latencies, presented, elapsed, finishedAfter, compared };
  } finally {
    house.close();
    await delivery.close();
    await http.close();
  }
}

/** The same accounts and cards for the same seed; a second run goes on from what the bank has of them. */
async function openCards(bank: BankHttp, { seed, cards: count }: Wanted): Promise<Card[]> {
  const accounts: { number: string; accountId: string; overdraft: bigint }[] = [];
  const waiting = cardNumbers(seed, count).entries();
  const oneByOne = async () => {
    for (const [index, number] of waiting) {
      const overdraft = overdraftOf(index);
      const accountId = await bank.open(number, overdraft, `network-${seed}-${index}`);
      accounts[index] = { number, accountId, overdraft };
    }
  };
  await Promise.all(Array.from({ length: OPENED_AT_ONCE }, oneByOne));
  const position = await bank.position();
  const cards: Card[] = [];
  const opened = accounts.entries();
  const read = async () => {
    for (const [index, { number, accountId, overdraft }] of opened)
      cards[index] = new Card(number, accountId, overdraft, await bank.balances(accountId, position));
  };
  await Promise.all(Array.from({ length: OPENED_AT_ONCE }, read));
  return cards;
}

class Run {
  readonly #done = Promise.withResolvers<void>();
  #begunAt = 0;
  #endedAt: number | undefined;
  #ticker: NodeJS.Timeout | undefined;

  constructor(
    private readonly stage: Stage,
    private readonly cards: readonly Card[],
    private readonly wanted: Wanted,
    private readonly circumstances: Circumstances,
  ) {}

  /** @returns milliseconds in which stories were begun @throws what a story could not be told for */
  async all(): Promise<number> {
    const { clock, signal, onProgress } = this.circumstances;
    this.#begunAt = clock();
    const telling = setInterval(() => onProgress(this.#progress()), PROGRESS_MS);
    if (this.wanted.rate > 0) this.#ticker = setInterval(() => this.#begin(), TICK_MS);
    else this.stage.links.onAnswer = () => queueMicrotask(() => this.#begin());
    const stopped = setTimeout(() => this.#stop(), this.wanted.milliseconds);
    const stop = () => this.#stop();
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    try {
      this.#begin();
      await this.#done.promise;
      return (this.#endedAt ?? clock()) - this.#begunAt;
    } finally {
      clearInterval(telling);
      clearInterval(this.#ticker);
      clearTimeout(stopped);
      signal.removeEventListener('abort', stop);
    }
  }

  #begin(): void {
    const { tally, links } = this.stage;
    const { rate } = this.wanted;
    const elapsed = this.circumstances.clock() - this.#begunAt;
    const due = rate > 0 ? Math.floor((elapsed * rate) / 1000) + 1 : Number.POSITIVE_INFINITY;
    while (this.#endedAt === undefined && tally.begun < due && tally.begun - tally.finished < OPEN_MOST) {
      if (rate === 0 && links.inFlight >= IN_FLIGHT) return;
      this.#tell(tally.begun++);
    }
  }

  #tell(number: number): void {
    const { seed, mix } = this.wanted;
    const plan = planOf(seed, number, this.cards.length, mix);
    const card = this.cards[plan.card];
    if (card === undefined) throw new RangeError(`there is no card ${plan.card}`);
    TOLD[plan.story](new Conversation(this.stage, card, plan)).then(
      () => {
        this.stage.tally.told(plan.story);
        this.#finished();
      },
      (error: unknown) => this.#done.reject(error),
    );
  }

  #finished(): void {
    const { begun, finished } = this.stage.tally;
    if (this.#endedAt !== undefined && begun === finished) this.#done.resolve();
  }

  #stop(): void {
    if (this.#endedAt !== undefined) return;
    this.#endedAt = this.circumstances.clock();
    this.stage.links.onAnswer = undefined;
    this.stage.house.hurry();
    this.#finished();
  }

  #progress(): Progress {
    const { tally, links } = this.stage;
    const { sent, cuts } = links.counts;
    const elapsed = this.circumstances.clock() - this.#begunAt;
    return { elapsed, sent, begun: tally.begun, open: tally.begun - tally.finished, cuts };
  }
}
