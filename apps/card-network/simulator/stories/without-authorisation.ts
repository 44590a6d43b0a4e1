// What does not begin with an authorisation that is answered: cash machines, stand-in, lost answers, refunds, orphans, money paid in.
import type { Conversation } from '../conversation.js';
import { presented, purchase } from './purchases.js';

const CASH = '010000';
const ENQUIRY = '300000';
const SALARY = 15_000n;
const NOTES = 1_000n;

/** A single message; notes that stayed in the machine are reversed, all or some. */
export async function cash(talk: Conversation): Promise<void> {
  const { way } = talk.plan;
  const paid = await talk.pay({ processingCode: CASH });
  if (paid === undefined || way % 4 > 1) return;
  const dispensed = way % 4 === 0 ? 0n : paid.amount - NOTES;
  await talk.reverse(paid.message, '0420', dispensed === 0n ? undefined : dispensed);
  paid.payment.reversedTo(dispensed);
}

/** We answered in the bank's place, and tell it afterwards. */
export async function standin(talk: Conversation): Promise<void> {
  const { plan } = talk;
  if (plan.way % 5 === 0) return talk.insist(talk.message('0120', { responseCode: '05' }));
  const held = await talk.advise(plan.amount);
  if (plan.way % 5 === 1) {
    await talk.reverse(held.message, '0420');
    held.hold.reversed();
    return;
  }
  await presented(talk, held, plan.amount);
}

/** Nobody hears the answer, so it is taken back: after it, or before it has even arrived. Some merchants clear it all the same. */
export async function lost(talk: Conversation): Promise<void> {
  const { plan } = talk;
  const message = talk.message('0100');
  if (plan.way % 3 === 0) {
    await talk.reverse(message, '0420');
    await talk.authoriseReversed(message);
  } else if (plan.way % 3 === 1) {
    await talk.authoriseUnheard(message);
    await talk.reverse(message, '0400');
  } else {
    // On the way at the same time, over two links.
    await Promise.all([talk.authoriseUnheard(message), talk.reverse(message, '0420')]);
  }
  const hold = talk.card.belief.transaction();
  hold.reversed();
  if (plan.way % 10 === 9) await talk.clear({ message, amount: plan.amount, hold }, plan.amount);
}

/** Goods brought back: to the purchase that they are of, to none, or by mistake. */
export async function refund(talk: Conversation): Promise<void> {
  const { plan } = talk;
  if (plan.way % 3 === 0) return talk.refund(plan.amount);
  if (plan.way % 3 === 1) return talk.refundInError(plan.amount);
  const held = await talk.authorise();
  if (held === undefined) return;
  await talk.clear(held, held.amount);
  await talk.refund(held.amount / 3n + 1n, held.message);
  if (plan.way % 2 === 0) await talk.refund(held.amount / 3n, held.message);
}

/** Cleared without an authorisation that the bank knows. It quotes keys all the same: without, it could be taken for another's presentment. */
export async function orphan(talk: Conversation): Promise<void> {
  const { plan } = talk;
  const hold = talk.card.belief.transaction();
  await talk.clear({ message: talk.message('0100'), amount: plan.amount, hold }, plan.amount);
}

export function enquiry(talk: Conversation): Promise<void> {
  return talk.enquire(talk.plan.way % 2 === 0 ? ENQUIRY : '000000');
}

export async function salary(talk: Conversation): Promise<void> {
  await talk.paidIn(SALARY + talk.plan.amount);
  await purchase(talk);
}
