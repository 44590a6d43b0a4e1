// Card transactions as the scheme tells them: an authorisation and all that may come of it.

import { deriveId } from '@tallystick/events';
import type {
  AuthoriseCard,
  CardUse,
  CurrencyCode,
  Micros,
  Minor,
  PostClearing,
  SchemeKeys,
  TransactionId,
} from '@tallystick/ledger-core';
import type { CardPlan } from './actions.js';
import { GBP, HOUR, MERCHANTS, SCHEME, USD } from './plan.js';
import type { Story } from './story.js';

/** An authorisation and all that may come of it, in any order. */
export function purchase(story: Story): void {
  const { draw, name } = story;
  const card = cardOf(story);
  const authorisation = authorise(story, card, story.amount());
  const originalKeys = authorisation.keys;
  const reduced = { ...authorisation, amount: authorisation.amount + 1n };
  const { effectiveAt } = story.say(authorisation, authorisation.kind === 'STATUS_INQUIRY' ? undefined : reduced);
  if (draw.happens(30_000)) early(story, effectiveAt);
  const of = { card, originalKeys, authorisation };
  for (let n = draw.below(3); n > 0; n--) {
    story.wait();
    if (draw.happens(450_000)) increment(story, of, n);
    else if (draw.happens(400_000)) advise(story, of, n);
    else reverse(story, of, n);
  }
  const parts = draw.pick([0, 1, 1, 1, 2, 3]);
  for (let n = 1; n <= parts; n++) {
    story.wait();
    clear(story, of, parts === 1 ? null : { n, parts }, `${name}-k${n}`);
  }
  if (parts > 0 && draw.happens(150_000)) takeBack(story, `${name}-k1`);
  const disputed = parts > 0 && draw.happens(120_000);
  if (disputed) contest(story, of);
  if (draw.happens(disputed ? 400_000 : 120_000)) refund(story, of);
  if (disputed && draw.happens(700_000)) decideDispute(story);
}

interface Original {
  readonly card: CardPlan;
  readonly originalKeys: SchemeKeys | null;
  readonly authorisation: AuthoriseCard;
}

export function cardOf({ draw, account }: Story): CardPlan {
  return draw.happens(650_000) ? account.cards[0] : draw.pick(account.cards);
}

export function keysOf(name: string): SchemeKeys {
  return { acquirer: '123456', stan: name.slice(-6), rrn: `rrn-${name}`, transmittedAt: '0501120000' };
}

function use(story: Story, card: CardPlan, amount: Minor, keys: SchemeKeys | null): CardUse {
  const { draw, account } = story;
  const kind = draw.pick([
    'PURCHASE',
    'PURCHASE',
    'PURCHASE',
    'PURCHASE',
    'CASH',
    'CASHBACK',
    'CREDIT',
    'STATUS_INQUIRY',
  ]);
  const asked = kind === 'STATUS_INQUIRY' ? 0n : amount;
  return {
    cardId: card.cardId,
    keys,
    scheme: SCHEME,
    kind,
    channel: draw.pick(['CHIP', 'CHIP', 'CONTACTLESS', 'ONLINE', 'ATM', 'MAGSTRIPE', 'OTHER']),
    amount: asked,
    currency: draw.happens(30_000) ? otherThan(account.currency) : account.currency,
    cashAmount: kind === 'CASHBACK' ? asked / 3n : 0n,
    merchant: draw.pick(MERCHANTS),
    local: draw.happens(100_000) ? { amount: amount * 150n, currency: 'JPY' as CurrencyCode } : null,
    holdFor: draw.pick([BigInt(HOUR), BigInt(20 * HOUR), BigInt(7 * 24 * HOUR), BigInt(7 * 24 * HOUR), null]),
  };
}

export function authorise(story: Story, card: CardPlan, amount: Minor): AuthoriseCard {
  const { draw } = story;
  const keys = draw.happens(30_000) ? null : keysOf(story.name);
  return {
    type: 'AuthoriseCard',
    ...use(story, card, amount, keys),
    singleMessage: draw.happens(150_000),
    partialAllowed: draw.happens(250_000),
    cvc: draw.pick(['MATCH', 'MATCH', 'MATCH', 'MATCH', 'NOT_PRESENT', 'NOT_PRESENT', 'NO_MATCH']),
    maximum: 50_000n,
  };
}

function increment(story: Story, { card, originalKeys, authorisation }: Original, n: number): void {
  const used = use(story, card, story.amount(2_000), keysOf(`${story.name}i${n}`));
  const { merchant, currency } = authorisation;
  const amount = used.amount === 0n ? 7n : used.amount;
  const more = {
    ...used,
    amount,
    cashAmount: 0n,
    kind: authorisation.kind === 'CASH' ? ('CASH' as const) : ('PURCHASE' as const),
    merchant,
    currency,
  };
  const command = {
    ...more,
    type: 'IncrementAuthorisation' as const,
    transactionId: null,
    originalKeys,
    cvc: 'MATCH' as const,
    maximum: 50_000n,
  };
  story.say(command, { ...command, amount: amount + 3n });
}

function advise(story: Story, { card, originalKeys, authorisation }: Original, n: number): void {
  const { draw } = story;
  const { kind, merchant, currency } = authorisation;
  const keys = draw.happens(800_000) ? originalKeys : keysOf(`${story.name}i${n}`);
  const amount = kind === 'STATUS_INQUIRY' ? 0n : story.amount();
  story.say({
    ...use(story, card, amount, keys),
    amount,
    cashAmount: 0n,
    kind,
    merchant,
    currency,
    type: 'RecordAuthorisationAdvice',
    transactionId: null,
    responseCode: draw.pick(['00', '00', '10', '05']),
  });
}

function reverse(story: Story, { card, originalKeys }: Original, n: number): void {
  const { draw } = story;
  const keys = draw.happens(850_000) ? originalKeys : keysOf(`${story.name}i${n}`);
  const replacement = draw.happens(350_000) ? story.amount(3_000) : null;
  const reason = draw.pick(['SCHEME', 'SCHEME', 'ANSWERED_LATE']);
  story.say({
    type: 'ReverseAuthorisation',
    cardId: card.cardId,
    transactionId: null,
    originalKeys: keys,
    replacement,
    reason,
  });
}

export function clear(
  story: Story,
  { card, originalKeys, authorisation }: Original,
  part: { readonly n: number; readonly parts: number } | null,
  clearingKey: string,
): void {
  const { draw, account } = story;
  const whole = authorisation.amount > 0n && draw.happens(700_000);
  const amount = whole ? authorisation.amount / BigInt(part?.parts ?? 1) || 1n : story.amount();
  const command: PostClearing = {
    type: 'PostClearing',
    ...presentment(story, card, amount),
    originalKeys: draw.happens(950_000) ? originalKeys : null,
    currency: draw.happens(20_000) ? otherThan(account.currency) : account.currency,
    clearingKey,
    sequenceNumber: part?.n ?? null,
    sequenceCount: part?.parts ?? null,
    final: part === null && draw.happens(900_000),
  };
  story.say(command, { ...command, amount: amount + 1n });
}

export function presentment(story: Story, card: CardPlan, amount: Minor) {
  const { draw, account } = story;
  const reconciled = draw.pick([
    null,
    null,
    null,
    { amount: amount + 2n, currency: account.currency },
    { amount: 2n * amount, currency: otherThan(account.currency) },
  ]);
  return {
    cardId: card.cardId,
    transactionId: null,
    originalKeys: null,
    scheme: SCHEME,
    amount,
    currency: account.currency,
    reconciliation: reconciled,
    merchant: draw.pick(MERCHANTS),
    local: null,
    transactedAt: null,
  };
}

function refund(story: Story, { card, originalKeys }: Original): void {
  const { draw, name } = story;
  story.wait();
  const refundKey = `${name}-r`;
  const command = {
    ...presentment(story, card, story.amount(3_000)),
    type: 'PostRefund' as const,
    originalKeys,
    refundKey,
  };
  story.say(command, { ...command, amount: command.amount + 1n });
  if (!draw.happens(300_000)) return;
  story.wait();
  story.say({ type: 'ReverseRefund', refundKey, amount: draw.happens(500_000) ? null : story.amount(2_000) });
}

function disputeKeyOf({ name }: Story): string {
  return `${name}-d`;
}

function contest(story: Story, { card, originalKeys }: Original): void {
  const { draw } = story;
  const disputeKey = disputeKeyOf(story);
  const amount = draw.happens(500_000) ? null : story.amount(2_000);
  const currency = amount === null ? null : story.account.currency;
  story.wait();
  story.say({
    type: 'OpenDispute',
    disputeKey,
    cardId: card.cardId,
    transactionId: null,
    originalKeys,
    amount,
    currency,
    reason: '4853',
  });
  for (let n = draw.below(3); n > 0; n--) {
    story.wait();
    const part = draw.happens(600_000) ? null : story.amount(1_000);
    if (draw.happens(650_000)) story.say({ type: 'PostProvisionalCredit', disputeKey, amount: part });
    else story.say({ type: 'RecordRepresentment', disputeKey, clearingKey: null, amount: part });
  }
}

function decideDispute(story: Story): void {
  story.wait();
  const outcome = story.draw.pick(['WON' as const, 'LOST' as const, 'ABSORBED' as const]);
  story.say({ type: 'CloseDispute', disputeKey: disputeKeyOf(story), outcome });
}

function takeBack(story: Story, clearingKey: string): void {
  story.wait();
  const amount = story.draw.happens(600_000) ? null : story.amount(3_000);
  story.say({ type: 'ReverseClearing', clearingKey, amount });
}

/** Somebody has the hold expire before its time: of the id that its first message gives it. */
function early(story: Story, effectiveAt: Micros): void {
  const { accountId } = story.account;
  const transactionId = deriveId('tx', effectiveAt, 'tx', `outside/${accountId}/${story.name}-0`) as TransactionId;
  story.say({ type: 'ExpireAuthorisation', transactionId });
}

function otherThan(currency: CurrencyCode): CurrencyCode {
  return currency === GBP ? USD : GBP;
}
