// The actions of a world: stories that begin in bursts, each told in messages that come again, late and out of order.
import type { BookDate } from '@tallystick/contracts';
import type { AccountPlan, Action, Asked } from './actions.js';
import { cardStory } from './card-stories.js';
import type { Fault } from './faults.js';
import { moneyStory, sendTo } from './money-stories.js';
import { beginning, DAY, HOUR, type Plan, planOf, SECOND, WORLD_BEGINS } from './plan.js';
import { keyed, Random } from './random.js';
import { type Audience, type Circumstances, type Said, Story } from './story.js';

const CALLER = 'outside';
const BURST_LASTS = 40_000;

export interface Workload {
  readonly plan: Plan;
  /** In order of their time. */
  readonly actions: readonly Action[];
}

/** What the outside asks in the world of this seed; follows from the seed alone. */
export function workloadOf(seed: number, bookDate: BookDate): Workload {
  const draw = new Random(keyed(seed, 'workload'));
  const plan = planOf(draw);
  const teller = new Teller(seed, plan, bookDate);
  teller.openAccounts(draw);
  const bursts = draw.between(12, 50);
  const stories = draw.between(300, 900);
  const days = draw.between(4, 12);
  for (let n = 0; n < stories; n++) {
    const burst = draw.below(bursts);
    const at = HOUR + Math.floor((burst * days * DAY) / bursts) + draw.below(BURST_LASTS);
    teller.tell(n, at);
  }
  return { plan, actions: teller.told() };
}

class Teller implements Audience {
  private readonly actions: Omit<Action, 'index'>[] = [];

  constructor(
    private readonly seed: number,
    private readonly plan: Plan,
    readonly bookDate: BookDate,
  ) {}

  openAccounts(draw: Random): void {
    const { accounts, latecomer } = this.plan;
    const open = (account: AccountPlan, at: number) => {
      const story = new Story(`open-${account.accountId}`, draw, this.plan, account, this, at);
      story.saySequence(beginning(account, draw));
    };
    for (const [n, account] of accounts.entries()) open(account, n * 5_000);
    const opens = draw.between(2, 8) * DAY;
    open(latecomer, opens);
    // What is sent just before is refused or received, according to who is quicker.
    for (let n = 0; n < 12; n++) {
      const account = draw.pick(accounts);
      const at = opens - 20_000 + draw.below(40_000);
      sendTo(new Story(`late-${n}`, draw, this.plan, account, this, at), latecomer.accountId);
    }
  }

  tell(n: number, at: number): void {
    const draw = new Random(keyed(this.seed, `story ${n}`));
    const { accounts } = this.plan;
    const account = draw.happens(400_000) ? accounts[0] : draw.pick(accounts);
    const story = new Story(`s${n}`, draw, this.plan, account, this, at);
    if (draw.happens(600_000)) cardStory(story);
    else moneyStory(story);
  }

  say(story: Story, account: AccountPlan, said: readonly Said[], changed?: readonly Said[]): Circumstances {
    const asked = (of: readonly Said[]) => (at: Circumstances) => ({
      to: 'account' as const,
      request: {
        accountId: account.accountId,
        caller: CALLER,
        commands: of.map(({ key, command }) => ({ key, command, ...at })),
      },
    });
    return this.ask(story, asked(said), changed && asked(changed));
  }

  ask(story: Story, asked: (at: Circumstances) => Asked, changed?: (at: Circumstances) => Asked): Circumstances {
    const { draw } = story;
    const astray = draw.happens(12_000);
    const circumstances = this.circumstances(story);
    const late = draw.happens(80_000);
    const add = (at: number, elsewhere: boolean, what: typeof asked, fault?: Fault) =>
      this.actions.push({ at, astray: elsewhere, asked: what(circumstances), fault });
    add(story.now + (late ? draw.below(2 * HOUR) : 0), astray, asked, late ? 'late-message' : undefined);
    while (draw.happens(100_000))
      add(
        story.now + draw.pick([draw.below(1_500), draw.below(SECOND), draw.below(HOUR)]),
        draw.happens(100_000),
        asked,
        'repeated-message',
      );
    if (changed !== undefined && draw.happens(60_000))
      add(
        story.now + draw.pick([draw.below(1_500), draw.below(HOUR)]),
        draw.happens(100_000),
        changed,
        'changed-message',
      );
    return circumstances;
  }

  /** By time; the index is the action's name from now on. */
  told(): Action[] {
    const inOrder = this.actions.map((action, n) => ({ action, n }));
    inOrder.sort((a, b) => a.action.at - b.action.at || a.n - b.n);
    return inOrder.map(({ action }, index) => ({ ...action, index }));
  }

  /** Value dates lie before their time, now and then by days. */
  private circumstances({ draw, now }: Story): Circumstances {
    const before = draw.happens(200_000) ? draw.below(3 * DAY) : draw.below(1_000_000);
    const effectiveAt = WORLD_BEGINS + BigInt(now - before);
    return { effectiveAt, localDate: this.bookDate(effectiveAt), causedAt: 0n };
  }
}
