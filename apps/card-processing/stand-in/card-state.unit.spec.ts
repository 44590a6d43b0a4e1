import { describe, expect, it } from '@jest/globals';
import { type CardId, cardStateReason, type LocalDate } from '@tallystick/ledger-core';
import { authorise, card, everyChannel, merchant, noLimits } from '@tallystick/ledger-core/account/commands.suite';
import { type SeenCard, useReason } from './card-state.js';

const good: SeenCard = {
  cardId: card as CardId,
  masked: null,
  expiry: null,
  holder: null,
  replacedBy: null,
  status: 'ACTIVE',
  frozen: false,
  controls: everyChannel,
  limits: noLimits,
  issuedAt: 0n,
};
const today = '2026-05-31' as LocalDate;

describe('a card as its view has it', () => {
  it.each<[Partial<SeenCard>, string | undefined]>([
    [{}, undefined],
    [{ status: 'LOST', frozen: true }, 'card_lost'],
    [{ status: 'STOLEN' }, 'card_stolen'],
    [{ status: 'CANCELLED' }, 'card_cancelled'],
    [{ status: 'REPLACED' }, 'card_cancelled'],
    [{ expiry: '2026-05' }, undefined],
    [{ expiry: '2026-04', status: 'INACTIVE' }, 'card_expired'],
    [{ status: 'INACTIVE', frozen: true }, 'card_not_activated'],
    [{ frozen: true }, 'card_frozen'],
  ])('%j is refused for %s', (changed, reason) => {
    expect(cardStateReason({ ...good, ...changed }, today)).toBe(reason);
  });

  it.each<[Partial<SeenCard>, string | undefined]>([
    [{}, undefined],
    [{ controls: { ...everyChannel, online: false } }, 'channel_off'],
    [{ controls: { ...everyChannel, blockedCategories: ['5411'] } }, 'category_blocked'],
    [{ limits: { ...noLimits, perTransaction: 99n } }, 'per_transaction_limit'],
    [{ limits: { ...noLimits, perTransaction: 100n } }, undefined],
  ])('%j is refused for %s where it buys online', (changed, reason) => {
    const command = authorise('1', 100n, { channel: 'ONLINE', merchant: { ...merchant, mcc: '5411' } });
    expect(useReason({ ...good, ...changed }, command)).toBe(reason);
  });
});
