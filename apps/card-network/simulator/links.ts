// Several links to the bank, opened again whenever one ends. What is asked here is repeated over another link until it is answered.
import type { Iso8583Message } from '@tallystick/iso8583';
import type { Address } from '../address.js';
import type { Latencies } from './latencies.js';
import { type Cut, Link } from './link.js';
import { type Messages, repeatOf, textOf } from './messages.js';
import type { Random } from './random.js';

export interface LinksOptions {
  readonly address: Address;
  readonly links: number;
  /** Of the messages that are sent for the first time, after which their link is destroyed; from 0 to 1. */
  readonly cuts: number;
  readonly deadlineMs: number;
}

export interface LinksPorts {
  readonly messages: Messages;
  readonly random: Random;
  /** Milliseconds, only ever forwards. */
  readonly clock: () => number;
  readonly latencies: Latencies;
}

export interface LinkCounts {
  /** Repeats included. */
  sent: number;
  answered: number;
  cuts: number;
  /** Went down with their link, whether it was cut for them or for another. */
  lost: number;
  repeats: number;
  /** No answer within the deadline over a link that was up. */
  unanswered: number;
  /** Had to wait before they were sent: as many were in flight as there may be. */
  heldBack: number;
  /** Answers that nobody waited for any more. */
  unasked: number;
  /** Answered with 91 or 96, and sent again. */
  putOff: number;
  /** Milliseconds from the first sending of a message to its answer, over all repeats. */
  longestMs: number;
}

/** The bank does not answer, however often it is asked. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

const CUTS: readonly Cut[] = ['at_once', 'mid_frame', 'before_answer'];
const REOPEN_PAUSE_MS = 50;
const REOPEN_TRIES = 200;
const ASK_TRIES = 60;
const PUT_OFF_PAUSE_MS = 100;
/** Out of reach, system malfunction: of what may not be refused, it means later. */
const LATER: ReadonlySet<string> = new Set(['91', '96']);
/**
 * Messages that may be in flight for each link. Without a limit, cutting links of a bank that is behind makes so many repeats that it never
 * catches up.
 */
const IN_FLIGHT_PER_LINK = 32;
const ECHO_MS = 5_000;

export class Links {
  readonly counts: LinkCounts = {
    sent: 0,
    answered: 0,
    cuts: 0,
    lost: 0,
    repeats: 0,
    unanswered: 0,
    heldBack: 0,
    unasked: 0,
    putOff: 0,
    longestMs: 0,
  };
  readonly #links: (Link | undefined)[];
  readonly #waiters: (() => void)[] = [];
  readonly #heldBack: (() => void)[] = [];
  #sending = 0;
  #next = 0;
  #inFlight = 0;
  #closing = false;
  #failed: Error | undefined;
  #echo: NodeJS.Timeout | undefined;
  #onAnswer: (() => void) | undefined;

  private constructor(
    private readonly options: LinksOptions,
    private readonly ports: LinksPorts,
  ) {
    this.#links = Array.from({ length: options.links }, () => undefined);
  }

  /** All are signed on when it resolves. @throws where nobody listens, or the bank does not sign us on */
  static async open(options: LinksOptions, ports: LinksPorts): Promise<Links> {
    const links = new Links(options, ports);
    await Promise.all(links.#links.map((_, slot) => links.#connect(slot)));
    links.#echo = setInterval(() => links.#echoAll(), ECHO_MS).unref();
    return links;
  }

  /** Messages that wait for their answer now, or to be sent. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Told after each answer; one at a time. */
  set onAnswer(tell: (() => void) | undefined) {
    this.#onAnswer = tell;
  }

  /**
   * The answer, over as many links as it takes, each message decided once. Repeats are not cut on purpose: they go down with others.
   * @returns `given_up` where the first sending was lost or late and the caller would rather take it back than repeat it
   * @throws NoAnswer after 60 tries
   */
  async ask(message: Iso8583Message, whenLost: 'repeat' | 'give_up' = 'repeat'): Promise<Iso8583Message | 'given_up'> {
    const { counts, ports } = this;
    const begun = ports.clock();
    this.#inFlight++;
    if (this.#sending >= this.options.links * IN_FLIGHT_PER_LINK) {
      counts.heldBack++;
      await new Promise<void>((resolve) => this.#heldBack.push(resolve));
    } else {
      this.#sending++;
    }
    try {
      for (let tries = 0; tries < ASK_TRIES; tries++) {
        const link = this.#pick() ?? (await this.#anyLink());
        const cut = tries === 0 && ports.random.chance(this.options.cuts) ? ports.random.pick(CUTS) : undefined;
        counts.sent++;
        if (tries > 0) counts.repeats++;
        if (cut !== undefined) counts.cuts++;
        const reply = await link.ask(tries === 0 ? message : repeatOf(message), cut);
        if (typeof reply !== 'string') {
          counts.answered++;
          counts.longestMs = Math.max(counts.longestMs, ports.clock() - begun);
          return reply;
        }
        if (reply === 'lost') counts.lost++;
        else counts.unanswered++;
        if (whenLost === 'give_up') return 'given_up';
      }
    } finally {
      this.#inFlight--;
      // Whoever waits goes on in its place.
      const next = this.#heldBack.shift();
      if (next === undefined) this.#sending--;
      else next();
      this.#onAnswer?.();
    }
    throw new NoAnswer(`${message.mti} with DE11 ${textOf(message, 11)} was not answered in ${ASK_TRIES} tries`);
  }

  /** What may not be refused is sent again as long as the bank says that it can not now. @throws NoAnswer */
  async insist(message: Iso8583Message): Promise<Iso8583Message> {
    for (let tries = 0; tries < ASK_TRIES; tries++) {
      const answer = await this.ask(tries === 0 ? message : repeatOf(message));
      if (answer !== 'given_up' && !LATER.has(textOf(answer, 39))) return answer;
      this.counts.putOff++;
      await pause(PUT_OFF_PAUSE_MS);
    }
    throw new NoAnswer(`${message.mti} with DE11 ${textOf(message, 11)} was put off ${ASK_TRIES} times`);
  }

  /** Signs off and closes. */
  async close(): Promise<void> {
    this.#closing = true;
    clearInterval(this.#echo);
    const open = this.#links.filter((link) => link !== undefined);
    await Promise.all(open.map((link) => link.ask(this.ports.messages.network('002'))));
    for (const link of open) link.close();
  }

  #pick(): Link | undefined {
    const { length } = this.#links;
    for (let tried = 0; tried < length; tried++) {
      const link = this.#links[this.#next];
      this.#next = (this.#next + 1) % length;
      if (link?.isOpen === true) return link;
    }
    return undefined;
  }

  async #anyLink(): Promise<Link> {
    for (;;) {
      if (this.#failed !== undefined) throw this.#failed;
      const link = this.#pick();
      if (link !== undefined) return link;
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
    }
  }

  async #connect(slot: number): Promise<void> {
    const link = await Link.open(this.options.address, {
      clock: this.ports.clock,
      deadlineMs: this.options.deadlineMs,
      onAnswered: (milliseconds) => this.ports.latencies.add(milliseconds),
      onUnasked: () => {
        this.counts.unasked++;
      },
      onEnd: () => this.#reopen(slot),
    });
    const signedOn = await link.ask(this.ports.messages.network('001'));
    if (typeof signedOn === 'string' || textOf(signedOn, 39) !== '00') {
      link.close();
      throw new NoAnswer('the bank does not answer a sign-on');
    }
    this.#links[slot] = link;
    for (const wake of this.#waiters.splice(0)) wake();
  }

  #reopen(slot: number): void {
    // A link that never signed on has whoever opens it to try again.
    if (this.#links[slot] === undefined || this.#closing) return;
    this.#links[slot] = undefined;
    void this.#connectAgain(slot).catch((error: unknown) => {
      this.#failed = error instanceof Error ? error : new Error(String(error));
      for (const wake of this.#waiters.splice(0)) wake();
    });
  }

  async #connectAgain(slot: number): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        await this.#connect(slot);
        return;
      } catch (error) {
        if (this.#closing) return;
        if (tries >= REOPEN_TRIES) throw error;
        await pause(REOPEN_PAUSE_MS);
      }
    }
  }

  #echoAll(): void {
    for (const link of this.#links) if (link !== undefined) void link.ask(this.ports.messages.network('301'));
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
