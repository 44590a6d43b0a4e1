// One scenario from its account's opening to its last step. The first step that goes otherwise ends it: what comes after would say nothing.
import { passesLuhn } from '@tallystick/contracts';
import type { Iso8583Message } from '@tallystick/iso8583';
import { numberOfCurrency } from '@tallystick/ledger-core';
import type { Address } from '../address.js';
import { balanceDifferences, messageDifferences, requestDifferences } from './comparison.js';
import { Link } from './link.js';
import { messageOf, type Setting } from './messages.js';
import { requestOf } from './requests.js';
import {
  isClock,
  isMessage,
  isRequest,
  type MessageStep,
  type RequestStep,
  type Scenario,
  type Step,
} from './scenario.js';
import type { BankHttp, Opened } from './staff.js';

export interface Failure {
  /** From 1. */
  readonly step: number;
  readonly differences: readonly string[];
}

export interface Theatre {
  readonly bank: BankHttp;
  readonly iso8583: Address;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** A whole number from 0, below its argument. */
  readonly random: (below: number) => number;
  /** Six digits, never twice in a run. */
  readonly nextStan: () => string;
  /** Six letters and digits that no other run has. */
  readonly run: string;
}

const MAIN_LINK = 'main';
/** Test numbers of one issuer; the rest is random. */
const ISSUER = '510000';
const NUMBER_DIGITS = 16;

/** Undefined where all went as expected. @throws BankFailure where its account could not be opened or read */
export async function play(scenario: Scenario, theatre: Theatre): Promise<Failure | undefined> {
  const cardNumber = cardNumberOf(theatre.random);
  const opened = await theatre.bank.open(scenario.given, cardNumber);
  const performance = new Performance(scenario, theatre, cardNumber, opened);
  try {
    for (const [index, step] of scenario.steps.entries()) {
      const differences = await performance.take(step);
      if (differences.length > 0) return { step: index + 1, differences };
    }
    const { unasked } = performance;
    return unasked.length === 0 ? undefined : { step: scenario.steps.length, differences: unasked };
  } finally {
    performance.end();
  }
}

class Performance {
  readonly #links = new Map<string, Link>();
  readonly #named = new Map<string, Iso8583Message>();
  readonly #setting: Setting;
  readonly #currency: string;
  readonly #id: string;

  constructor(
    { given }: Scenario,
    private readonly theatre: Theatre,
    cardNumber: string,
    private readonly opened: Opened,
  ) {
    const { random, nextStan, run, now } = theatre;
    this.#currency = given.currency ?? 'GBP';
    this.#id = `${run}-${nextStan()}`;
    const at = new Date(now()).toISOString();
    this.#setting = {
      cardNumber,
      unknownNumber: cardNumberOf(random),
      currency: numberOfCurrency(this.#currency),
      at: `${at.slice(5, 7)}${at.slice(8, 10)}${at.slice(11, 19).replaceAll(':', '')}`,
      nextStan,
      run,
    };
  }

  get unasked(): readonly string[] {
    return [...this.#links.values()].flatMap(({ unasked }) => unasked);
  }

  /** What was not as expected. */
  async take(step: Step): Promise<readonly string[]> {
    const differences = await this.#do(step);
    if (differences.length > 0 || step.balances === undefined) return differences;
    return balanceDifferences(step.balances, await this.theatre.bank.balances(this.opened.accountId));
  }

  #do(step: Step): Promise<readonly string[]> {
    if (isMessage(step)) return this.#send(step);
    if (isRequest(step)) return this.#request(step);
    return isClock(step) ? this.#pass(step.send.advance_seconds) : this.#change(step.send);
  }

  async #pass(seconds: number): Promise<readonly string[]> {
    await this.theatre.bank.advance(seconds);
    return [];
  }

  end(): void {
    for (const link of this.#links.values()) link.close();
  }

  async #send({ as, send, expect }: MessageStep): Promise<readonly string[]> {
    const message = messageOf(send, this.#setting, this.#named);
    if (as !== undefined) this.#named.set(as, message);
    const link = await this.#link(send.link ?? MAIN_LINK);
    if (expect === 'nothing') {
      link.send(message, send.damaged);
      return [];
    }
    const answer = await link.ask(message, send.damaged);
    return typeof answer === 'string' ? [answer] : messageDifferences(expect, answer, message);
  }

  async #request({ send, expect }: RequestStep): Promise<readonly string[]> {
    const { cardNumber, unknownNumber } = this.#setting;
    const setting = { ...this.opened, cardNumber, unknownNumber, currency: this.#currency, id: this.#id };
    const { path, body, key } = requestOf(send, setting, this.#named);
    return requestDifferences(expect, await this.theatre.bank.post(path, body, key));
  }

  async #change(change: { readonly change: string }): Promise<readonly string[]> {
    await this.theatre.bank.changed(this.opened, { ...change });
    return [];
  }

  async #link(name: string): Promise<Link> {
    const link = this.#links.get(name) ?? (await Link.open(this.theatre.iso8583));
    this.#links.set(name, link);
    return link;
  }
}

function cardNumberOf(random: Theatre['random']): string {
  let digits = ISSUER;
  while (digits.length < NUMBER_DIGITS - 1) digits += random(10);
  for (let check = 0; ; check++) if (passesLuhn(`${digits}${check}`)) return `${digits}${check}`;
}
