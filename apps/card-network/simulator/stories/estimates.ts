// What is not known when the card is shown: fuel, nights, shipments.
import type { Conversation, Held } from '../conversation.js';
import { presented } from './purchases.js';

const PUMP_ESTIMATE = 12_000n;
const PUMP_TOKEN_AMOUNT = 100n;

/** The pump asks for an estimate. What was pumped comes as an advice and is cleared, or as a completion. */
export async function fuel(talk: Conversation): Promise<void> {
  const { plan } = talk;
  const tokenAmount = plan.way % 3 === 2;
  const estimate = tokenAmount ? PUMP_TOKEN_AMOUNT : PUMP_ESTIMATE;
  const held = await talk.authorise({ amount: estimate, partial: !tokenAmount });
  if (held === undefined) return;
  const pumped = !tokenAmount && plan.amount > held.amount ? held.amount : plan.amount;
  if (plan.way % 3 === 1) return talk.complete(held, pumped);
  await talk.advise(pumped, held);
  await presented(talk, held, pumped);
}

/** Held for longer, raised by increments, one of them taken back; who does not come pays a night. */
export async function hotel(talk: Conversation): Promise<void> {
  const { plan } = talk;
  const held = await talk.authorise({ preAuthorisation: true });
  if (held === undefined) return;
  const night = plan.amount / 4n + 1n;
  if (plan.way % 10 === 0) return void (await talk.clear(held, night));
  const bar = plan.amount / 10n + 1n;
  for (let extra = 0; extra < plan.way % 4; extra++) {
    const added = await talk.increment(held, bar);
    if (added !== undefined && extra === 1) {
      await talk.reverse(added.message, '0400');
      held.hold.reversedTo(held.hold.authorised - added.amount);
    }
  }
  if (plan.way % 7 === 1) {
    const lower = (held.hold.authorised * 3n) / 4n;
    await talk.reverse(held.message, '0400', lower);
    held.hold.reversedTo(lower);
  }
  await presented(talk, held, held.hold.authorised);
}

/** Shipped and presented in parts, in any order. The last to arrive releases the rest; or one says that no more will come; or one never comes. */
export async function online(talk: Conversation): Promise<void> {
  const { plan } = talk;
  const held = await talk.authorise();
  if (held === undefined) return;
  if (plan.way % 4 === 0) return presented(talk, held, held.amount);
  const count = plan.sequence.length;
  const part = held.amount / BigInt(count + 1) + 1n;
  const coming = plan.way % 4 === 1 ? plan.sequence.slice(1) : plan.sequence;
  const stopsAfter = plan.way % 4 === 2 ? 1 : coming.length;
  for (const [index, number] of coming.slice(0, stopsAfter + 1).entries()) {
    const sequence = { number, count };
    await talk.clear(held, part, index === stopsAfter ? { sequence, final: true } : { sequence });
  }
}

/** The merchant learns that less is needed, and clears that; sometimes it goes up again afterwards. */
export async function reduced(talk: Conversation): Promise<void> {
  const { plan } = talk;
  const held = await talk.authorise();
  if (held === undefined) return;
  const lower = share(held, 20 + (plan.percent % 70));
  await talk.reverse(held.message, plan.way % 2 === 0 ? '0400' : '0420', lower);
  held.hold.reversedTo(lower);
  if (plan.way % 5 === 0) await talk.increment(held, plan.amount / 5n + 1n);
  if (plan.way % 5 === 1) {
    // Once a part is cleared, the formula takes it from the new total.
    await talk.clear(held, lower / 2n + 1n, { sequence: { number: 1, count: 2 } });
    await talk.reverse(held.message, '0400', lower - lower / 4n);
    held.hold.reversedTo(lower - lower / 4n);
    return;
  }
  await presented(talk, held, held.hold.authorised);
}

function share({ amount }: Held, percent: number): bigint {
  return (amount * BigInt(percent)) / 100n + 1n;
}
