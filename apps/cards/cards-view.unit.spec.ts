import { describe, expect, it } from '@jest/globals';
import { cardsContract } from '@tallystick/contracts';
import { MemoryJournal } from '@tallystick/journal/memory/index';
import type { AccountCommand, CardId, CardToken } from '@tallystick/ledger-core';
import { account, card, everyChannel, issue, noLimits, open } from '@tallystick/ledger-core/account/commands.suite';
import { Projector } from '@tallystick/views';
import { MemoryViews } from '@tallystick/views/memory/index';
import { context, MAY_FIRST, World } from '../ledger/ledger-over-memory.suite.js';
import { Cards } from './cards.js';
import { cardsProjection } from './cards.projection.js';

/** The cards of an account after these commands. */
async function cardsAfter(...commands: readonly AccountCommand[]) {
  const world = new World();
  const ledger = world.ledger();
  await ledger.given(account, open(), ...commands);
  const views = new MemoryViews();
  const projector = new Projector('views', views, [cardsProjection]);
  await projector.prepare();
  const waitUntil = async () => {
    const events = await new MemoryJournal(world.store).readAll({ after: 0n, limit: 1_000 });
    await projector.apply({ partition: 0, events });
  };
  ledger.transport.answer(cardsContract, new Cards(ledger.client, ledger.records, views, { waitUntil }));
  return (await ledger.transport.client(cardsContract).list({ accountId: account, minPosition: 1n }, context)).cards;
}

describe('the cards of an account', () => {
  const issued = {
    cardId: card,
    status: 'ACTIVE',
    frozen: false,
    controls: everyChannel,
    limits: noLimits,
    issuedAt: MAY_FIRST,
  };

  it('are listed as they were issued', async () => {
    expect(await cardsAfter(issue())).toMatchObject([issued]);
    expect(await cardsAfter()).toEqual([]);
  });

  it.each<[string, readonly AccountCommand[], object]>([
    ['frozen', [{ type: 'FreezeCard', cardId: card, frozenBy: 'user' }], { frozen: true }],
    [
      'frozen no more',
      [
        { type: 'FreezeCard', cardId: card, frozenBy: 'user' },
        { type: 'UnfreezeCard', cardId: card, unfrozenBy: 'user' },
      ],
      { frozen: false },
    ],
    ['lost', [{ type: 'ReportCardLost', cardId: card }], { status: 'LOST' }],
    ['stolen', [{ type: 'ReportCardStolen', cardId: card }], { status: 'STOLEN' }],
    ['cancelled', [{ type: 'CancelCard', cardId: card, reason: 'unused' }], { status: 'CANCELLED' }],
    [
      'limited, with amounts beyond what JSON can count',
      [{ type: 'SetCardLimits', cardId: card, limits: { ...noLimits, perTransaction: 2n ** 52n, dailyCount: 3 } }],
      { limits: { ...noLimits, perTransaction: 2n ** 52n, dailyCount: 3 } },
    ],
    [
      'switched off online',
      [{ type: 'SetCardControls', cardId: card, controls: { ...everyChannel, online: false } }],
      { controls: { ...everyChannel, online: false } },
    ],
  ])('are %s', async (_, commands, expected) => {
    expect(await cardsAfter(issue(), ...commands)).toMatchObject([{ ...issued, ...expected }]);
  });

  it('has the replacement beside the card replaced', async () => {
    const replacement = {
      cardId: 'card_2' as CardId,
      token: 'tok_1_second' as CardToken,
      masked: '************4242',
      expiry: '2031-05',
    };
    const cards = await cardsAfter(issue(), { type: 'ReplaceCard', cardId: card, replacement });
    expect(cards).toMatchObject([
      { cardId: card, status: 'REPLACED' },
      { cardId: 'card_2', masked: '************4242', expiry: '2031-05' },
    ]);
  });
});
