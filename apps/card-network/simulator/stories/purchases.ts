// Purchases, and how they are presented on the following days.
import type { Conversation, Held } from '../conversation.js';

const KEY_REUSED = 'clearing_key_reused';
const TIP_MOST = 26n;

/** Authorised, then cleared as its plan says. */
export async function purchase(talk: Conversation): Promise<void> {
  const held = await talk.authorise();
  if (held !== undefined) await presented(talk, held, billed(talk, held.amount));
}

/** The guest adds a tip when the card is back: cleared above what was authorised. */
export async function restaurant(talk: Conversation): Promise<void> {
  const held = await talk.authorise();
  if (held === undefined) return;
  const tip = (held.amount * (BigInt(talk.plan.percent) % TIP_MOST)) / 100n;
  await presented(talk, held, held.amount + tip);
}

/** The rest can be paid otherwise, so a part may be approved. */
export async function partial(talk: Conversation): Promise<void> {
  const held = await talk.authorise({ amount: talk.plan.amount * 15n, partial: true });
  if (held !== undefined) await presented(talk, held, held.amount);
}

/** More than most people have. */
export async function declined(talk: Conversation): Promise<void> {
  const held = await talk.authorise({ amount: talk.plan.amount + 200_000n });
  if (held !== undefined) await presented(talk, held, held.amount);
}

/** The terminal sends it again before it hears anything. */
export async function repeated(talk: Conversation): Promise<void> {
  const held = await talk.authoriseTwice();
  if (held !== undefined) await presented(talk, held, billed(talk, held.amount));
}

/** Abroad the rate of the day of clearing counts: up to two per cent more or less. */
export function billed({ plan }: Conversation, amount: bigint): bigint {
  if (plan.local === undefined) return amount;
  const changed = (amount * (98n + BigInt(plan.percent % 5))) / 100n;
  return changed > 0n ? changed : 1n;
}

export async function presented(talk: Conversation, held: Held, amount: bigint): Promise<void> {
  const { plan } = talk;
  switch (plan.presented) {
    case 'never':
      return;
    case 'on_time':
      await talk.clear(held, amount);
      return;
    case 'late':
      await talk.clear(held, amount, {}, 2 + (plan.percent % 4));
      return;
    case 'over_captured':
      await talk.clear(held, amount + amount / 5n + 1n);
      return;
    case 'duplicate':
      await talk.present(await talk.clear(held, amount));
      return;
    case 'changed': {
      const line = await talk.clear(held, amount);
      const changed = { ...line.amount, amount: line.amount.amount + 100 };
      await talk.present({ ...line, amount: changed }, 1, KEY_REUSED);
      return;
    }
    case 'taken_back':
      await talk.takeBack(await talk.clear(held, amount), amount, held.hold);
      return;
    case 'partly_taken_back':
      await talk.takeBack(await talk.clear(held, amount), amount / 2n + 1n, held.hold);
      return;
  }
}
