import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Answered } from '../answers.js';
import type { AuthorisationBody } from '../gateway.schemas.js';
import { NUMBER, UNKNOWN_NUMBER } from '../gateway-over-memory.suite.js';
import { noStandIn } from './configuration.js';
import { purchase, type RunningGateway, StandInWorld, until, withLimits } from './stand-in-over-memory.suite.js';

let world: StandInWorld;
let running: RunningGateway;
let first: AuthorisationBody;

beforeEach(async () => {
  world = await StandInWorld.open();
  running = world.gateway();
  // The card, the account and the journal are known from here on.
  first = purchase(100);
  await running.authorise(first, 'before');
  await world.viewsCatchUp();
});
afterEach(() => world.close());

const told = (answered: Answered) =>
  answered.kind === 'refused'
    ? [answered.kind, null, null, answered.responseCode]
    : [answered.kind, answered.decision, answered.reason, answered.responseCode];
const approved = ['answered', 'approved', null, '00'];
const unanswered = ['refused', null, null, '91'];
const delivered = () => until(() => world.waiting() === 0 && running.outbox.isEmpty);

describe('while the ledger is out of reach, an authorisation', () => {
  beforeEach(() => {
    world.way = 'refused';
  });

  it('within the limits is approved, recorded before it is answered, and held once the ledger is back', async () => {
    const answered = await running.authorise(purchase(1_250), 'first');
    expect(told(answered)).toEqual(approved);
    expect(answered).toMatchObject({ amount: 1_250n, currency: 'GBP', available: null, position: 'jrnl1.0' });
    expect(world.waiting()).toBe(1);
    expect(world.recordsText()).not.toContain(NUMBER);
    world.way = 'open';
    await delivered();
    expect(await world.balances()).toMatchObject({ held: 1_350n });
    expect(await world.eventTypes()).toContain('AuthorisationAdvised');
    expect(await running.metric('gateway_outbox_delivered_total')).toEqual([
      'gateway_outbox_delivered_total{kind="advice"} 1',
    ]);
    expect(await running.metric('stand_in_decisions_total')).toEqual([
      'stand_in_decisions_total{decision="approved"} 1',
    ]);
  });

  it('that is repeated hears the same answer: during the outage, before the delivery, and after it', async () => {
    const body = purchase(1_250);
    const first = await running.authorise(body, 'first');
    expect(await Promise.all([running.authorise(body, 'first'), running.authorise(body, 'first')])).toEqual([
      first,
      first,
    ]);
    expect(await world.gateway().authorise(body, 'first')).toEqual(first);
    world.way = 'open';
    expect(await running.authorise(body, 'first')).toEqual(first);
    await delivered();
    const after = await running.authorise(body, 'first');
    expect(told(after)).toEqual(approved);
    expect(after).toMatchObject({ transactionId: Reflect.get(first, 'transactionId') });
    expect(await world.balances()).toMatchObject({ held: 1_350n });
  });

  it('that has the key of another but asks for something else is refused', async () => {
    await running.authorise(purchase(1_250), 'first');
    expect(await running.authorise(purchase(1), 'first')).toMatchObject({ kind: 'refused', responseCode: '94' });
    expect(await world.gateway().authorise(purchase(1), 'first')).toMatchObject({ responseCode: '94' });
  });

  it.each<[string, AuthorisationBody, string, string]>([
    ['above the limit of one transaction', purchase(5_001), 'per_transaction_limit', '61'],
    ['with a wrong card validation code', purchase(1, { cvc: 'no_match' }), 'wrong_cvc', '05'],
  ])('%s is declined, and so it is for its repeat once the ledger is back', async (_, body, reason, code) => {
    const first = await running.authorise(body, 'first');
    expect(told(first)).toEqual(['answered', 'declined', reason, code]);
    world.way = 'open';
    await delivered();
    expect(await running.authorise(body, 'first')).toMatchObject({ decision: 'declined', responseCode: code });
    expect(await world.balances()).toMatchObject({ held: 100n });
  });

  it('beyond what its card may have in a window is declined, until the window has passed', async () => {
    for (const key of ['a', 'b']) expect(told(await running.authorise(purchase(5_000), key))).toEqual(approved);
    expect(told(await running.authorise(purchase(2_001), 'c'))[2]).toBe('daily_amount_limit');
    expect(told(await running.authorise(purchase(2_000), 'd'))).toEqual(approved);
    expect(told(await running.authorise(purchase(1), 'e'))[2]).toBe('daily_amount_limit');
    world.now += 24n * 3_600_000_000n;
    for (const key of ['f', 'g', 'h']) expect(told(await running.authorise(purchase(10), key))).toEqual(approved);
    expect(told(await running.authorise(purchase(1), 'i')).slice(2)).toEqual(['daily_count_limit', '65']);
  });

  it('beyond what was available, less what was approved since, is declined', async () => {
    await world.tell({ type: 'SetOverdraftLimit', overdraftLimit: 6_100n });
    await world.viewsCatchUp();
    expect(told(await running.authorise(purchase(4_000), 'a'))).toEqual(approved);
    expect(told(await running.authorise(purchase(2_001), 'b')).slice(2)).toEqual(['insufficient_funds', '51']);
    expect(told(await running.authorise(purchase(2_000), 'c'))).toEqual(approved);
  });

  it('is given no money twice, however many ask at a time', async () => {
    await world.tell({ type: 'SetOverdraftLimit', overdraftLimit: 5_100n });
    await world.viewsCatchUp();
    const asked = ['a', 'b', 'c'].map((key) => running.authorise(purchase(2_500), key));
    const reasons = (await Promise.all(asked)).map((one) => told(one)[2]);
    expect(reasons.sort()).toEqual(['insufficient_funds', null, null]);
  });

  it.each([
    ['frozen', { type: 'FreezeAccount' as const, reason: 'spec' }, 'account_frozen'],
    ['closed', { type: 'CloseAccount' as const }, 'account_closed'],
  ])('of an account that the view knows to be %s is declined', async (_, command, reason) => {
    world.way = 'open';
    await running.reverse(first, 'emptied');
    await world.tell(command);
    await world.viewsCatchUp();
    world.way = 'refused';
    expect(told(await running.authorise(purchase(10), 'first')).slice(1, 3)).toEqual(['declined', reason]);
  });

  it.each([
    ['frozen', { type: 'FreezeCard' as const, frozenBy: 'spec' }, 'card_frozen', '62'],
    ['lost', { type: 'ReportCardLost' as const }, 'card_lost', '41'],
  ])('of a card that the ledger last said to be %s is declined', async (_, command, reason, code) => {
    world.way = 'open';
    await world.tell({ ...command, cardId: world.memory.cardId });
    await running.authorise(purchase(10), 'heard');
    world.way = 'refused';
    expect(told(await running.authorise(purchase(10), 'first'))).toEqual(['answered', 'declined', reason, code]);
  });

  it.each([
    ['frozen', { type: 'FreezeCard' as const, frozenBy: 'user_1' }, 'card_frozen', '62'],
    ['lost', { type: 'ReportCardLost' as const }, 'card_lost', '41'],
  ])(
    'of a card that the view knows to be %s is declined, whatever the ledger last approved',
    async (_, command, reason, code) => {
      world.way = 'open';
      await world.tell({ ...command, cardId: world.memory.cardId });
      await world.viewsCatchUp();
      world.way = 'refused';
      for (const [n, gateway] of [running, world.gateway()].entries())
        expect(told(await gateway.authorise(purchase(10), `key-${n}`))).toEqual(['answered', 'declined', reason, code]);
    },
  );

  it('of a card that neither the view nor the ledger says anything of is answered by nobody', async () => {
    world.cardsAway = true;
    expect(told(await world.gateway().authorise(purchase(10), 'never heard of'))).toEqual(unanswered);
    expect(told(await running.authorise(purchase(10), 'heard of'))).toEqual(approved);
  });

  it('is decided by what the ledger answered last where the views are away, too', async () => {
    world.viewsAway = true;
    expect(told(await running.authorise(purchase(1_250), 'first'))).toEqual(approved);
  });

  it('that the ledger answered before hears that answer', async () => {
    world.way = 'open';
    const body = purchase(70_000);
    const first = await running.authorise(body, 'large');
    world.way = 'refused';
    expect(await running.authorise(body, 'large')).toEqual(first);
    expect(world.waiting()).toBe(0);
  });

  it.each<[string, AuthorisationBody]>([
    ['of cash', purchase(100, { kind: 'cash' })],
    ['of a purchase with cash', purchase(100, { cash_amount: { amount: 10, currency: 'GBP' } })],
    ['of money coming in', purchase(100, { kind: 'credit' })],
    [
      'of another kind than those allowed',
      { ...purchase(100, { kind: 'status_inquiry' }), amount: { amount: 0, currency: 'GBP' } },
    ],
    ['that moves money at once', purchase(100, { single_message: true })],
    ['of a currency without limits', { ...purchase(100), amount: { amount: 100, currency: 'EUR' } }],
    ['of an unknown card', purchase(100, { card: { number: UNKNOWN_NUMBER } })],
    [
      'without all of the keys',
      purchase(100, { keys: { acquirer: '-', stan: '1', rrn: 'r', transmitted_at: '0501130000' } }),
    ],
  ])('%s is answered by nobody', async (_, body) => {
    expect(told(await running.authorise(body, 'first'))).toEqual(unanswered);
    expect(world.waiting()).toBe(0);
  });

  it('without keys is answered by nobody', async () => {
    const { keys: _, ...body } = purchase(100);
    expect(told(await running.authorise(body, 'first'))).toEqual(unanswered);
  });

  it('is answered by nobody where stand-in is off, nothing can be recorded, or nothing is known', async () => {
    for (const other of [world.gateway(noStandIn), world.gateway(withLimits, false)])
      expect(told(await other.authorise(purchase(100), 'first'))).toEqual(unanswered);
    world.viewsAway = true;
    expect(told(await world.gateway().authorise(purchase(100), 'first'))).toEqual(unanswered);
  });

  it('is decided by a gateway that has just started', async () => {
    expect(told(await world.gateway().authorise(purchase(100), 'first'))).toEqual(approved);
  });

  it('that can not be recorded is answered by nobody, and what is recorded too late is withdrawn', async () => {
    const held = Promise.withResolvers<void>();
    running.holdWrites = held.promise;
    const body = purchase(100);
    expect(told(await running.authorise(body, 'first'))).toEqual(unanswered);
    held.resolve();
    running.holdWrites = undefined;
    world.way = 'open';
    expect(told(await running.authorise(body, 'first'))).toEqual(approved);
    await delivered();
    expect(await world.eventTypes()).not.toContain('AuthorisationAdvised');
    expect(await world.balances()).toMatchObject({ held: 200n });
  });

  it('that was recorded too late stands where another gateway has told of it by then', async () => {
    const held = Promise.withResolvers<void>();
    running.holdAfterWrites = held.promise;
    const body = purchase(100);
    expect(told(await running.authorise(body, 'first'))).toEqual(unanswered);
    const other = world.gateway();
    expect(told(await other.authorise(body, 'first'))).toEqual(approved);
    held.resolve();
    running.holdAfterWrites = undefined;
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(world.waiting()).toBe(1);
    world.way = 'open';
    await until(() => world.waiting() === 0);
    expect(await world.balances()).toMatchObject({ held: 200n });
  });

  it('of a batch is decided for itself', async () => {
    const items = [purchase(1_000), purchase(5_001), purchase(10, { kind: 'cash' })];
    const answers = await running.gateway.authoriseAll(
      items.map((item, index) => ({ ...item, idempotency_key: `item-${index}` })),
      world.memory.context,
    );
    expect(answers.map(told)).toEqual([approved, ['answered', 'declined', 'per_transaction_limit', '61'], unanswered]);
    const again = await running.gateway.authoriseAll(
      items.slice(0, 1).map((item) => ({ ...item, idempotency_key: 'item-0' })),
      world.memory.context,
    );
    expect(again).toEqual(answers.slice(0, 1));
  });
});

describe('an authorisation that may have been sent', () => {
  it('is answered by nobody, nor is its repeat, and what the ledger decided stands', async () => {
    const body = purchase(1_250);
    world.way = 'cut';
    expect(told(await running.authorise(body, 'first'))).toEqual(unanswered);
    world.way = 'refused';
    expect(told(await running.authorise(body, 'first'))).toEqual(unanswered);
    expect(world.waiting()).toBe(0);
    world.way = 'open';
    expect(told(await running.authorise(body, 'first'))).toEqual(approved);
    expect(await world.balances()).toMatchObject({ held: 1_350n });
  });
});

describe('what was approved though the ledger had less', () => {
  it('shows the overdraw', async () => {
    world.way = 'refused';
    const answered = await running.authorise(purchase(5_000), 'first');
    await world.tell({ type: 'SetOverdraftLimit', overdraftLimit: 1_000n });
    world.way = 'open';
    await delivered();
    expect(await world.balances()).toMatchObject({ available: -4_100n });
    expect(await running.metric('stand_in_overdraws_total')).toEqual(['stand_in_overdraws_total 1']);
    const { accountId } = world.memory;
    const transactionId = String(Reflect.get(answered, 'transactionId'));
    expect(running.reports).toEqual([
      `Error: approved in stand-in, ${transactionId} leaves account ${accountId} 4100 minor units below zero`,
    ]);
  });
});
