import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Answered, GatewayAnswer } from './answers.js';
import type { BatchItemBody } from './gateway.schemas.js';
import { gatewayOverMemory, NUMBER, type OverMemory, UNKNOWN_NUMBER } from './gateway-over-memory.suite.js';
import { badParam } from './refusals.js';

const CARD = { number: NUMBER };
const SHOP = { name: 'Corner shop', mcc: '5411', country: 'GB' };
const pounds = (amount: number) => ({ amount, currency: 'GBP' });
const keys = { acquirer: '400001', stan: '000123', rrn: '612345000123', transmitted_at: '0501000000' };

function answered(answer: Answered): GatewayAnswer {
  if (answer.kind === 'refused') throw new Error(`refused: ${answer.code}`);
  return answer;
}

let over: OverMemory;
beforeEach(async () => {
  over = await gatewayOverMemory();
});

describe('an account with £1000 to spend', () => {
  it('approves what is there and says what is left', async () => {
    const answer = answered(
      await over.gateway.authorise({ card: CARD, amount: pounds(1_250), merchant: SHOP }, 'k1', over.context),
    );
    expect(answer).toMatchObject({
      decision: 'approved',
      reason: null,
      responseCode: '00',
      accountId: over.accountId,
      amount: 1_250n,
      currency: 'GBP',
      available: 98_750n,
    });
    expect(answer.transactionId).toMatch(/^tx_/);
    expect(answer.position).toMatch(/^jrnl1\.\d+$/);
  });

  it('declines what is not there, and what is over the maximum', async () => {
    const dear = await over.gateway.authorise(
      { card: CARD, amount: pounds(100_001), merchant: SHOP },
      'k1',
      over.context,
    );
    expect(dear).toMatchObject({ decision: 'declined', reason: 'insufficient_funds', responseCode: '51' });
    const dearer = await over.gateway.authorise(
      { card: CARD, amount: pounds(100_000_001), merchant: SHOP },
      'k2',
      over.context,
    );
    expect(dearer).toMatchObject({ decision: 'declined', reason: 'amount_over_maximum', responseCode: '13' });
  });

  it('gives a repeat the first answer, and refuses the key with other content', async () => {
    const body = { card: CARD, amount: pounds(10), merchant: SHOP };
    const first = await over.gateway.authorise(body, 'same', over.context);
    expect(await over.gateway.authorise(body, 'same', over.context)).toEqual(first);
    const other = await over.gateway.authorise({ ...body, amount: pounds(11) }, 'same', over.context);
    expect(other).toMatchObject({ kind: 'refused', status: 409, code: 'conflict.idempotency_key_reused' });
  });

  it('answers by token and by card id as by number', async () => {
    for (const card of [{ token: over.tokens.tokenOf(NUMBER) }, { id: over.cardId }]) {
      expect(
        await over.gateway.authorise({ card, amount: pounds(1), merchant: SHOP }, JSON.stringify(card), over.context),
      ).toMatchObject({
        decision: 'approved',
        accountId: over.accountId,
      });
    }
  });

  it('takes increments, advices, reversals, clearings and refunds of one authorisation', async () => {
    const base = { card: CARD, merchant: SHOP };
    const first = answered(await over.gateway.authorise({ ...base, amount: pounds(1_000), keys }, 'a', over.context));
    const authorisation_id = first.transactionId ?? '';
    const more = await over.gateway.increment({ ...base, amount: pounds(500), authorisation_id }, 'b', over.context);
    expect(more).toMatchObject({ decision: 'approved', transactionId: authorisation_id, available: 98_500n });
    const less = await over.gateway.reverse(
      { card: CARD, original_keys: keys, replacement_amount: pounds(900) },
      'c',
      over.context,
    );
    expect(less).toMatchObject({ decision: 'recorded', available: 99_100n });
    const cleared = await over.gateway.clear(
      { ...base, amount: pounds(900), authorisation_id, clearing_key: 'mc.200.1' },
      'd',
      over.context,
    );
    expect(cleared).toMatchObject({ decision: 'recorded', transactionId: authorisation_id, available: 99_100n });
    const part = await over.gateway.reverseClearing('mc.200.1', { card: CARD, amount: pounds(100) }, 'e', over.context);
    expect(part).toMatchObject({ decision: 'recorded', available: 99_200n });
    const back = await over.gateway.refund(
      { ...base, amount: pounds(800), authorisation_id, refund_key: 'mc.200.2' },
      'f',
      over.context,
    );
    expect(back).toMatchObject({ decision: 'recorded', available: 100_000n });
    const taken = await over.gateway.reverseRefund('mc.200.2', { card: CARD }, 'g', over.context);
    expect(taken).toMatchObject({ decision: 'recorded', available: 99_200n });
    const advice = await over.gateway.advise({ ...base, amount: pounds(5), response_code: '00' }, 'h', over.context);
    expect(advice).toMatchObject({ decision: 'recorded', available: 99_195n });
  });

  it('holds a pre-authorisation for 30 days and anything else by the rules', async () => {
    over = await gatewayOverMemory({ configuration: { holdRules: [{ scheme: null, mcc: '5542', days: 3 }] } });
    const { HoldTimes, defaultCardProcessing } = await import('./configuration.js');
    const holds = new HoldTimes({ ...defaultCardProcessing, holdRules: [{ scheme: null, mcc: '5542', days: 3 }] });
    const day = 86_400_000_000n;
    expect(holds.holdFor('visa', null, true)).toBe(30n * day);
    expect(holds.holdFor('visa', '5542', false)).toBe(3n * day);
    expect(holds.holdFor('visa', '5411', false)).toBe(7n * day);
  });
});

describe('an account with more than JSON can count', () => {
  it('decides, and refuses to round what is available', async () => {
    over = await gatewayOverMemory({ overdraftLimit: 2n ** 53n - 1n });
    const refund = await over.gateway.refund(
      { card: CARD, amount: pounds(10), merchant: SHOP, refund_key: 'r' },
      'k',
      over.context,
    );
    expect(refund).toMatchObject({
      kind: 'refused',
      status: 422,
      code: 'unprocessable.available_out_of_range',
      params: { decision: 'recorded' },
    });
  });
});

describe('a card that nobody issued', () => {
  const card = { number: UNKNOWN_NUMBER };

  it('is declined with 14, the same answer for a repeat', async () => {
    const body = { card, amount: pounds(100), merchant: SHOP };
    const first = await over.gateway.authorise(body, 'k', over.context);
    expect(first).toMatchObject({
      decision: 'declined',
      reason: 'unknown_card',
      responseCode: '14',
      accountId: null,
      available: null,
    });
    expect(await over.gateway.authorise(body, 'k', over.context)).toEqual(first);
  });

  it('has its clearings and refunds posted to suspense', async () => {
    const cleared = await over.gateway.clear(
      { card, amount: pounds(100), merchant: SHOP, clearing_key: 'x1' },
      'k',
      over.context,
    );
    expect(cleared).toMatchObject({ decision: 'recorded', reason: 'unknown_card', accountId: null });
    const refunded = await over.gateway.refund(
      { card, amount: pounds(100), merchant: SHOP, refund_key: 'x2' },
      'k2',
      over.context,
    );
    expect(refunded).toMatchObject({ decision: 'recorded', reason: 'unknown_card' });
    expect(await over.journalText()).toContain('entry-mastercard-x2');
  });

  it('is not found where only its id was given', async () => {
    const answer = await over.gateway.authorise(
      { card: { id: 'card_0000nobody' }, amount: pounds(100), merchant: SHOP },
      'k',
      over.context,
    );
    expect(answer).toMatchObject({ kind: 'refused', status: 404, code: 'not_found.card' });
  });
});

describe('a batch', () => {
  const item = (idempotency_key: string, amount: number, number = NUMBER): BatchItemBody => ({
    idempotency_key,
    card: { number },
    amount: pounds(amount),
    merchant: SHOP,
  });

  it('answers each item in its place, those of one account in their order', async () => {
    const wrong = badParam('amount', 'no');
    const items = [
      item('1', 60_000),
      wrong,
      item('2', 60_000),
      item('3', 40_000),
      item('4', 1, UNKNOWN_NUMBER),
      item('5', 1, UNKNOWN_NUMBER),
      item('6', 1, '4111111111111112'),
      item('1', 60_000),
    ];
    const answers = await over.gateway.authoriseAll(items, over.context);
    expect(
      answers.map((answer) => (answer.kind === 'refused' ? answer.code : `${answer.decision} ${answer.responseCode}`)),
    ).toEqual([
      'approved 00',
      'bad_request.bad_param.amount',
      'declined 51',
      'approved 00',
      'declined 14',
      'declined 14',
      'bad_request.bad_param.card.number',
      'approved 00',
    ]);
    expect(answers[7]).toMatchObject({ transactionId: answered(answers[0] ?? wrong).transactionId });
  });
});

describe('a ledger that does not answer', () => {
  it('leaves the outcome open: a retry is invited', async () => {
    const { Gateway } = await import('./gateway.js');
    const { defaultCardProcessing } = await import('./configuration.js');
    const { CallFailed } = await import('@tallystick/transport');
    const { bookDateIn } = await import('@tallystick/contracts');
    const silent = async (): Promise<never> => {
      throw new CallFailed({ code: 'deadline_exceeded', message: 'no answer before the deadline', retryable: true });
    };
    const { cards, clock, tokens } = over;
    const gateway = new Gateway({
      ledger: { ...over.ledger, execute: silent, executeAll: silent },
      cards,
      clock,
      tokens,
      bookDate: bookDateIn('Europe/London'),
      configuration: defaultCardProcessing,
    });
    const body = { card: CARD, amount: pounds(1), merchant: SHOP };
    expect(await gateway.authorise(body, 'k', over.context)).toMatchObject({
      kind: 'refused',
      status: 504,
      code: 'timeout',
      retryable: true,
    });
    const [first, second] = await gateway.authoriseAll(
      [{ ...body, idempotency_key: 'k' }, badParam('amount', 'no')],
      over.context,
    );
    expect(first).toMatchObject({ code: 'timeout' });
    expect(second).toMatchObject({ code: 'bad_request.bad_param.amount' });
  });
});

describe('a card number', () => {
  it('is in no answer and in no byte of the journal', async () => {
    const card = { number: UNKNOWN_NUMBER };
    const name = `PAYPAL ${NUMBER} and 4111 1111 1111 1111`;
    const answers = await Promise.all([
      over.gateway.authorise({ card: CARD, amount: pounds(1), merchant: { name } }, 'k', over.context),
      over.gateway.authorise({ card, amount: pounds(1), merchant: { name } }, 'k', over.context),
      over.gateway.clear({ card, amount: pounds(1), merchant: { name }, clearing_key: 'x1' }, 'k3', over.context),
      over.gateway.clear(
        { card: CARD, amount: pounds(1), merchant: { name }, clearing_key: NUMBER },
        'k4',
        over.context,
      ),
      over.gateway.authorise(
        { card: CARD, amount: pounds(1), merchant: SHOP, keys: { ...keys, rrn: NUMBER } },
        'k5',
        over.context,
      ),
    ]);
    expect(answers.map((answer) => (answer.kind === 'refused' ? answer.code : answer.decision))).toEqual([
      'approved',
      'declined',
      'recorded',
      'bad_request.bad_param.clearing_key',
      'bad_request.bad_param.keys',
    ]);
    const text =
      (await over.journalText()) +
      answers.map((answer) => Object.values(answer).join(' ')).join(' ') +
      over.unexpected.map(String).join(' ');
    expect(text).toContain('************4444');
    for (const number of [NUMBER, UNKNOWN_NUMBER, '4111 1111 1111 1111']) expect(text).not.toContain(number);
  });
});
