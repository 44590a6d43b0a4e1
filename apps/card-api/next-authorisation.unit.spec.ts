// The next authorisation obeys, at once, whichever instance decides it: two gateways that know the card, each in front of a ledger of its
// own that holds the account's state, over one journal.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type ClientOf, cardsContract } from '@tallystick/contracts';
import { lettersOf } from '@tallystick/events';
import type { CardId } from '@tallystick/ledger-core';
import { defaultCardProcessing } from '../card-processing/configuration.js';
import { Gateway } from '../card-processing/gateway.js';
import type { AuthorisationBody } from '../card-processing/gateway.schemas.js';
import { bookDate, context, type LedgerUnderTest } from '../ledger/ledger-over-memory.suite.js';
import { CardApiService, mine, others } from './card-api-service.suite.js';

const NUMBER = '5555555555554444';
/** Whom the ledger knows the customer's program by. */
const caller = 'api.oauth2client_spec.user_1';
const NO_LIMITS = {
  per_transaction: '',
  daily_amount: '',
  monthly_amount: '',
  daily_cash: '',
  daily_count: '',
  monthly_count: '',
};
const ALL_ON = { online: 'true', contactless: 'true', atm: 'true', magstripe: 'true', blocked_categories: '' };

let api: CardApiService;
let card: CardId;
let gateways: readonly Gateway[];
let asked: number;

beforeEach(async () => {
  asked = 0;
  api = await CardApiService.start();
  card = await api.issue(mine, NUMBER);
  gateways = [gatewayTo(api.ledger, api.cards), gatewayTo(api.second, api.cards)];
  // From here on each gateway knows whose the card is, and each ledger the account's state.
  expect(await decisions()).toEqual([null, null]);
});

afterEach(async () => {
  await api.stop();
  expect(api.reported).toEqual([]);
});

function gatewayTo({ client: ledger }: LedgerUnderTest, cards: ClientOf<typeof cardsContract>): Gateway {
  const { cardTokens: tokens, world } = api;
  return new Gateway({ ledger, cards, tokens, bookDate, clock: () => world.now, configuration: defaultCardProcessing });
}

/** Why each gateway declines a purchase; null where it approves it. */
async function decisions(of: AuthorisationBody['card'] = { number: NUMBER }): Promise<unknown[]> {
  const reasons = [];
  for (const gateway of gateways) reasons.push(await reasonOf(gateway, of));
  return reasons;
}

async function reasonOf(gateway: Gateway, of: AuthorisationBody['card']): Promise<unknown> {
  const body: AuthorisationBody = {
    card: of,
    amount: { amount: 100, currency: 'GBP' },
    channel: 'online',
    merchant: { name: 'Corner shop', mcc: '5411', country: 'GB' },
  };
  const answered = await gateway.authorise(body, `key-${asked++}`, context);
  if (answered.kind === 'refused') throw new Error(`refused: ${answered.responseCode}`);
  return answered.reason;
}

const form = (method: string, change: string, fields: Record<string, string> = {}, id: string = card) =>
  api.form(method, `/cards/${id}/${change}`, fields);

describe('the next authorisation, whichever instance decides it,', () => {
  it.each<[string, string, Record<string, string>, string]>([
    ['freeze', 'PUT', {}, 'card_frozen'],
    ['lost', 'POST', {}, 'card_lost'],
    ['stolen', 'POST', {}, 'card_stolen'],
    ['limits', 'PUT', { ...NO_LIMITS, per_transaction: '99' }, 'per_transaction_limit'],
    ['limits', 'PUT', { ...NO_LIMITS, daily_amount: '250' }, 'daily_amount_limit'],
    ['limits', 'PUT', { ...NO_LIMITS, monthly_count: '2' }, 'monthly_count_limit'],
    ['controls', 'PUT', { ...ALL_ON, online: 'false' }, 'channel_off'],
    ['controls', 'PUT', { ...ALL_ON, blocked_categories: '5411' }, 'category_blocked'],
  ])('obeys %s by %s of %j', async (change, method, fields, reason) => {
    expect((await form(method, change, fields)).status).toBe(200);
    expect(await decisions()).toEqual([reason, reason]);
  });

  it.each([0, 1])('obeys each freeze and unfreeze, asked for at instance %d', async (first) => {
    if (first === 1) gateways = gateways.toReversed();
    for (let round = 0; round < 5; round++) {
      expect((await form('PUT', 'freeze')).body).toMatchObject({ frozen: true });
      expect(await decisions()).toEqual(['card_frozen', 'card_frozen']);
      expect((await form('PUT', 'unfreeze')).body).toMatchObject({ frozen: false });
      expect(await decisions()).toEqual([null, null]);
    }
  });

  it('is declined wherever it began after the freeze was answered, however many are under way', async () => {
    let isFrozen = false;
    const approvedAfter: number[] = [];
    const shopper = async (gateway: Gateway) => {
      for (let n = 0; n < 40; n++) {
        const began = isFrozen;
        if ((await reasonOf(gateway, { number: NUMBER })) === null && began) approvedAfter.push(n);
      }
    };
    const freezing = form('PUT', 'freeze').then(({ status }) => {
      isFrozen = status === 200;
    });
    await Promise.all([freezing, ...gateways.flatMap((gateway) => [shopper(gateway), shopper(gateway)])]);
    expect(isFrozen).toBe(true);
    expect(approvedAfter).toEqual([]);
    expect(await decisions()).toEqual(['card_frozen', 'card_frozen']);
  });
});

describe('a card that was replaced', () => {
  it('still resolves to its account, and pays no more; the one in its place does once it is activated', async () => {
    const { body } = await form('POST', 'replace', { dedupe_id: 'd' });
    const { place } = await api.cards.resolve({ token: api.tokenOf(NUMBER), cardId: null }, context);
    expect(place).toEqual({ accountId: mine, cardId: card });
    expect(await decisions()).toEqual(['card_cancelled', 'card_cancelled']);
    const number = api.cardTokens.newNumber(`${caller}/${lettersOf(`replace/${card}/d`)}/1`);
    for (const next of [{ id: body.id }, { number }])
      expect(await decisions(next)).toEqual(['card_not_activated', 'card_not_activated']);
    await form('POST', 'activate', {}, body.id);
    for (const next of [{ id: body.id }, { number }]) expect(await decisions(next)).toEqual([null, null]);
  });

  it('is replaced under another number where the first one that was drawn is another card’s', async () => {
    const name = `${caller}/${lettersOf(`replace/${card}/d`)}`;
    await api.issue(others, api.cardTokens.newNumber(`${name}/1`));
    const first = await form('POST', 'replace', { dedupe_id: 'd' });
    expect(first.status).toBe(200);
    expect((await form('POST', 'replace', { dedupe_id: 'd' })).body).toEqual(first.body);
    const token = api.tokenOf(api.cardTokens.newNumber(`${name}/2`));
    const { place } = await api.cards.resolve({ token, cardId: null }, context);
    expect(place).toEqual({ accountId: mine, cardId: first.body.id });
  });
});
