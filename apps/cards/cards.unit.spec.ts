import { describe, expect, it } from '@jest/globals';
import { type ClientOf, cardsContract } from '@tallystick/contracts';
import type { AccountId, CardId, CardToken } from '@tallystick/ledger-core';
import { authorise, everyChannel, fund, noLimits, open } from '@tallystick/ledger-core/account/commands.suite';
import { MemoryViews } from '@tallystick/views/memory/index';
import {
  answerOf,
  bookDate,
  context,
  type LedgerUnderTest,
  MAY_FIRST,
  SECOND,
  World,
} from '../ledger/ledger-over-memory.suite.js';
import { Cards } from './cards.js';

const ann = 'acc_ann' as AccountId;
const bob = 'acc_bob' as AccountId;
const token = 'tok_1_first' as CardToken;

/** One process of the cards service over the ledger of this world. */
function cardsOf(ledger: LedgerUnderTest): ClientOf<typeof cardsContract> {
  ledger.transport.answer(
    cardsContract,
    new Cards(ledger.client, ledger.records, new MemoryViews(), { waitUntil: async () => {} }),
  );
  return ledger.transport.client(cardsContract);
}

async function twoAccounts() {
  const world = new World();
  const ledger = world.ledger();
  for (const accountId of [ann, bob]) await ledger.given(accountId, open({ accountId }), fund(1000n));
  return { world, ledger, cards: cardsOf(ledger) };
}

const at = (key: string) => ({ caller: 'spec', key, effectiveAt: MAY_FIRST, localDate: bookDate(MAY_FIRST) });

function issuing(accountId: AccountId, key = 'card', of = token) {
  const card = {
    token: of,
    masked: null,
    expiry: null,
    holder: null,
    active: true,
    controls: everyChannel,
    limits: noLimits,
  };
  return { ...at(key), accountId, ...card };
}

function replacing(cardId: CardId, key: string, of: CardToken) {
  return { ...at(key), cardId, replacement: { token: of, masked: null, expiry: null } };
}

const place = async (cards: ClientOf<typeof cardsContract>, by: { token: CardToken } | { cardId: CardId }) =>
  (await cards.resolve({ token: null, cardId: null, ...by }, context)).place;

describe('a card that is issued', () => {
  it('is found by its token and by its id, in this process and in others', async () => {
    const { world, cards } = await twoAccounts();
    const { cardId, outcomes } = await cards.issue(issuing(ann), context);
    expect(outcomes).toMatchObject([{ kind: 'answered', repeated: false, answer: { type: 'CardIssued' } }]);
    for (const each of [cards, cardsOf(world.ledger())])
      for (const by of [{ token }, { cardId }]) expect(await place(each, by)).toEqual({ accountId: ann, cardId });
  });

  it('can be used', async () => {
    const { ledger, cards } = await twoAccounts();
    const { cardId } = await cards.issue(issuing(ann), context);
    expect(await ledger.do(ann, authorise('1', 5n, { cardId }))).toMatchObject({ answer: { decision: 'approved' } });
  });

  it('is the same card where the command is repeated', async () => {
    const { world, cards } = await twoAccounts();
    const first = await cards.issue(issuing(ann), context);
    world.now += SECOND;
    const second = await cardsOf(world.ledger()).issue(issuing(ann), context);
    expect(second).toEqual({ ...first, outcomes: [{ ...first.outcomes[0], repeated: true }] });
    expect(await world.types(`account-${ann}`)).toEqual(['AccountOpened', 'PaymentReceived', 'CardIssued']);
  });

  it.each([
    ['another account', issuing(bob)],
    ['the same account under another key', issuing(ann, 'other')],
  ])('is not issued again for %s', async (_, again) => {
    const { cards } = await twoAccounts();
    const { cardId } = await cards.issue(issuing(ann), context);
    const { outcomes } = await cards.issue(again, context);
    expect(outcomes).toEqual([{ kind: 'rejected', rejection: 'IdInUse' }]);
    expect(await place(cards, { token })).toEqual({ accountId: ann, cardId });
  });

  it('belongs to one account, whoever asks at the same time', async () => {
    const { world } = await twoAccounts();
    const services = [cardsOf(world.ledger()), cardsOf(world.ledger())];
    const all = await Promise.all(
      Array.from({ length: 12 }, (_, n) => services[n % 2]?.issue(issuing(n % 3 === 0 ? ann : bob), context)),
    );
    const issued = all.filter((each) => each?.outcomes[0]?.kind === 'answered');
    const owners = new Set(issued.map((each) => each?.cardId));
    expect(owners.size).toBe(1);
    expect((await world.events()).filter(({ event }) => event.type === 'CardIssued')).toHaveLength(1);
    for (const each of services) expect((await place(each, { token }))?.cardId).toBe(issued[0]?.cardId);
  });

  it('is issued by the retry where the ledger could not be reached', async () => {
    const { ledger, cards } = await twoAccounts();
    ledger.journal.faults.push('refused');
    await expect(cards.issue(issuing(ann), context)).rejects.toMatchObject({ retryable: true });
    expect(await cards.issue(issuing(bob), context)).toMatchObject({ outcomes: [{ rejection: 'IdInUse' }] });
    const { outcomes } = await cards.issue(issuing(ann), context);
    expect(outcomes).toMatchObject([{ answer: { type: 'CardIssued' } }]);
  });

  it('does not lend its place to another number sent with its key', async () => {
    const { cards } = await twoAccounts();
    await cards.issue(issuing(ann), context);
    const other = 'tok_1_other' as CardToken;
    const { outcomes } = await cards.issue(issuing(ann, 'card', other), context);
    expect(outcomes).toEqual([{ kind: 'rejected', rejection: 'IdempotencyKeyReused' }]);
    expect(await place(cards, { token: other })).toBeNull();
    expect(await cards.issue(issuing(bob, 'bobs', other), context)).toMatchObject({ outcomes: [{ kind: 'answered' }] });
  });

  it('is not bound to an account that does not exist', async () => {
    const { cards } = await twoAccounts();
    const { outcomes } = await cards.issue(issuing('acc_none' as AccountId), context);
    expect(outcomes).toEqual([{ kind: 'rejected', rejection: 'UnknownAccount' }]);
    expect(await cards.issue(issuing(bob), context)).toMatchObject({ outcomes: [{ kind: 'answered' }] });
  });
});

describe('a card that is replaced', () => {
  const second = 'tok_1_second' as CardToken;

  it('still resolves to its account, as the new one does', async () => {
    const { ledger, cards } = await twoAccounts();
    const { cardId: old } = await cards.issue(issuing(ann), context);
    const { cardId, outcomes } = await cards.replace(replacing(old, 'replace', second), context);
    expect(outcomes).toMatchObject([{ kind: 'answered', answer: { type: 'CardReplaced' } }]);
    expect(await place(cards, { token })).toEqual({ accountId: ann, cardId: old });
    expect(await place(cards, { token: second })).toEqual({ accountId: ann, cardId });
    const used = async (of: CardId) => ledger.do(ann, authorise(of, 5n, { cardId: of }));
    expect(await used(cardId)).toMatchObject({ answer: { decision: 'declined', reason: 'card_not_activated' } });
    await ledger.given(ann, { type: 'ActivateCard', cardId });
    expect(await used(cardId)).toMatchObject({ answer: { decision: 'declined' } });
  });

  it('is replaced once, however often it is asked', async () => {
    const { world, cards } = await twoAccounts();
    const { cardId: old } = await cards.issue(issuing(ann), context);
    const first = await cards.replace(replacing(old, 'replace', second), context);
    world.now += SECOND;
    const again = await cardsOf(world.ledger()).replace(replacing(old, 'replace', second), context);
    expect(again.cardId).toBe(first.cardId);
    expect(answerOf(again.outcomes[0])).toEqual(answerOf(first.outcomes[0]));
    expect((await world.types(`account-${ann}`)).filter((type) => type === 'CardReplaced')).toHaveLength(1);
  });

  it('is not replaced by a card of another account, nor where nobody knows it', async () => {
    const { cards } = await twoAccounts();
    const { cardId: old } = await cards.issue(issuing(ann), context);
    await cards.issue(issuing(bob, 'bobs', second), context);
    const taken = await cards.replace(replacing(old, 'replace', second), context);
    expect(taken.outcomes).toEqual([{ kind: 'rejected', rejection: 'IdInUse' }]);
    const unknown = await cards.replace(replacing('card_none' as CardId, 'replace', second), context);
    expect(unknown.outcomes).toEqual([{ kind: 'rejected', rejection: 'UnknownCard' }]);
    expect((await place(cards, { token: second }))?.accountId).toBe(bob);
  });
});
