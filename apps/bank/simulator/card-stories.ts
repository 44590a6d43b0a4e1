// What else the scheme and the cardholder say: imports, refunds of nothing, unknown cards, and the care of cards.
import type { AccountCommand, AuthoriseCard, CardId, PostClearing } from '@tallystick/ledger-core';
import type { CardPlan } from './actions.js';
import { controls, GBP, limits, SCHEME } from './plan.js';
import { authorise, cardOf, clear, keysOf, presentment, purchase } from './purchases.js';
import type { Story } from './story.js';

export function cardStory(story: Story): void {
  const told = story.draw.below(100);
  if (told < 68) purchase(story);
  else if (told < 78) cardCare(story);
  else if (told < 84) importedRow(story);
  else if (told < 89) unlinked(story);
  else if (told < 94) unknownCard(story);
  else suspended(story);
}

/** As an import gives it: an authorisation and its final clearing in one append. */
function importedRow(story: Story): void {
  const card = story.account.cards[0];
  const amount = story.amount(2_000);
  const base = authorise(story, card, amount);
  const authorisation: AuthoriseCard = {
    ...base,
    kind: 'PURCHASE',
    amount,
    cashAmount: 0n,
    singleMessage: false,
    holdFor: null,
    keys: keysOf(story.name),
    local: null,
  };
  const clearing: PostClearing = {
    type: 'PostClearing',
    ...presentment(story, card, amount),
    originalKeys: authorisation.keys,
    clearingKey: `${story.name}-k`,
    sequenceNumber: null,
    sequenceCount: null,
    final: true,
  };
  story.saySequence([authorisation, clearing]);
}

/** A presentment or a refund that nobody authorised. */
function unlinked(story: Story): void {
  const { draw, name } = story;
  const card = cardOf(story);
  const amount = story.amount(2_000);
  if (draw.happens(500_000))
    story.say({ ...presentment(story, card, amount), type: 'PostRefund', refundKey: `${name}-r` });
  else clear(story, { card, originalKeys: null, authorisation: authorise(story, card, amount) }, null, `${name}-k`);
}

function cardCare(story: Story): void {
  const { draw, name } = story;
  const { cardId } = draw.happens(200_000) ? story.account.cards[0] : draw.pick(story.account.cards);
  const replacement = {
    cardId: `card_${name}` as CardId,
    token: story.account.cards[0].token,
    masked: null,
    expiry: null,
  };
  const care: [AccountCommand, ...AccountCommand[]] = [
    { type: 'FreezeCard', cardId, frozenBy: 'user' },
    { type: 'ActivateCard', cardId },
    { type: 'SetCardControls', cardId, controls: controls(draw) },
    { type: 'SetCardLimits', cardId, limits: limits(draw) },
  ];
  if (draw.happens(150_000) && cardId !== story.account.cards[0].cardId)
    care.push(
      { type: 'ReportCardLost', cardId },
      { type: 'ReportCardStolen', cardId },
      { type: 'CancelCard', cardId, reason: 'unused' },
      { type: 'ReplaceCard', cardId, replacement },
    );
  const chosen = draw.pick(care);
  story.say(chosen);
  if (chosen.type === 'FreezeCard') {
    story.wait();
    story.say({ type: 'UnfreezeCard', cardId, unfrozenBy: 'user' });
  }
}

function unknownCard(story: Story): void {
  const { draw, name } = story;
  const token = `token_unknown_${draw.below(3)}` as CardPlan['token'];
  const card = { cardId: `unknown:${token}` as CardId, token };
  const command = authorise(story, card, story.amount());
  const key = story.key();
  story.ask((at) => ({ to: 'unknown-card', request: { token, caller: 'outside', key, command, ...at } }));
  if (!draw.happens(300_000)) return;
  story.wait();
  const reversal = {
    type: 'ReverseAuthorisation' as const,
    cardId: card.cardId,
    transactionId: null,
    originalKeys: keysOf(name),
    replacement: null,
    reason: 'SCHEME' as const,
  };
  const second = story.key();
  story.ask((at) => ({
    to: 'unknown-card',
    request: { token, caller: 'outside', key: second, command: reversal, ...at },
  }));
}

function suspended(story: Story): void {
  const { draw, name } = story;
  const key = story.key();
  const amount = story.amount();
  if (draw.happens(400_000)) {
    const identity = `file-${draw.below(6)}`;
    const file = {
      kind: 'cards',
      file: `${identity}.csv`,
      identity,
      contentFingerprint: 'same',
      rows: 3,
      accepted: 2,
      declined: 1,
    };
    story.ask(({ effectiveAt, localDate }) => ({ to: 'batch', request: { ...file, effectiveAt, localDate } }));
    return;
  }
  story.ask((at) => ({
    to: 'suspense',
    request: {
      caller: 'outside',
      key,
      clearingKey: `${name}-s`,
      scheme: SCHEME,
      amount,
      currency: GBP,
      reconciliation: null,
      refund: draw.happens(300_000),
      reason: 'unknown_card',
      description: 'a presentment of nobody',
      ...at,
    },
  }));
}
