// One story while it is told: what happens, when, and to whom.
import type { AccountCommand, Micros } from '@tallystick/ledger-core';
import type { AccountPlan, Asked, SentCommand } from './actions.js';
import { DAY, HOUR, type Plan, SECOND } from './plan.js';
import type { Random } from './random.js';

/** Whatever happens later than this after a story's beginning: nothing. So no key is forgotten (30 days) while its story is told. */
const LONGEST_STORY = 9 * DAY;

/** Who writes down what a story says. */
export interface Audience {
  say(story: Story, account: AccountPlan, said: readonly Said[], changed?: readonly Said[]): Circumstances;
  ask(story: Story, asked: (at: Circumstances) => Asked): Circumstances;
}

export class Story {
  /** After the beginning of the story. */
  private elapsed = 0;
  private messages = 0;

  constructor(
    readonly name: string,
    readonly draw: Random,
    readonly plan: Plan,
    readonly account: AccountPlan,
    private readonly audience: Audience,
    readonly at: number,
  ) {}

  /** Time passes: mostly next to none, now and then days. */
  wait(): void {
    const { draw } = this;
    const wait = draw.pick([
      () => draw.below(3_000),
      () => draw.below(50_000),
      () => draw.below(SECOND),
      () => draw.below(5 * HOUR),
      () => draw.below(2 * DAY),
    ])();
    this.elapsed = Math.min(this.elapsed + wait, LONGEST_STORY);
  }

  pass(microseconds: number): void {
    this.elapsed += microseconds;
  }

  get now(): number {
    return this.at + this.elapsed;
  }

  amount(most = 6_000): bigint {
    return BigInt(this.draw.between(1, this.draw.happens(50_000) ? 10 * most : most));
  }

  /** An account other than the story's own, or now and then none that is there. */
  other(): AccountPlan {
    const { accounts, latecomer } = this.plan;
    if (this.draw.happens(100_000)) return latecomer;
    const found = this.draw.pick(accounts);
    return found === this.account ? (accounts[(accounts.indexOf(found) + 1) % accounts.length] ?? found) : found;
  }

  /** `changed` is the same message with other content: sometimes it comes too, under the same key. */
  say(command: AccountCommand, changed?: AccountCommand, account: AccountPlan = this.account): Circumstances {
    const key = `${this.name}-${this.messages++}`;
    return this.audience.say(this, account, [{ key, command }], changed && [{ key, command: changed }]);
  }

  /** Several commands in one request, of which the first that is refused ends it. */
  saySequence(commands: readonly AccountCommand[]): void {
    this.audience.say(
      this,
      this.account,
      commands.map((command) => ({ key: `${this.name}-${this.messages++}`, command })),
    );
  }

  ask(asked: (at: Circumstances) => Asked): void {
    this.audience.ask(this, asked);
  }

  key(): string {
    return `${this.name}-${this.messages++}`;
  }
}

export interface Circumstances {
  readonly effectiveAt: Micros;
  readonly localDate: SentCommand['localDate'];
  readonly causedAt: Micros;
}

export interface Said {
  readonly key: string;
  readonly command: AccountCommand;
}
