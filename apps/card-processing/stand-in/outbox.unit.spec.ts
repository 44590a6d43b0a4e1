// What becomes of what was recorded, whatever happens to the process that recorded it.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { AuthorisationBody } from '../gateway.schemas.js';
import { NUMBER } from '../gateway-over-memory.suite.js';
import { deliveryTo } from './delivery.js';
import { decodeEntry } from './outbox-entry.js';
import { keysOf, purchase, type RunningGateway, StandInWorld, until } from './stand-in-over-memory.suite.js';

let world: StandInWorld;
let running: RunningGateway;

beforeEach(async () => {
  world = await StandInWorld.open();
  running = world.gateway();
  await running.authorise({ ...purchase(100), amount: { amount: 100, currency: 'GBP' } }, 'before');
  await world.viewsCatchUp();
  world.way = 'refused';
});
afterEach(() => world.close());

const empty = () => until(() => world.waiting() === 0);
const advised = async () => (await world.eventTypes()).filter((type) => type === 'AuthorisationAdvised').length;

describe('a gateway that is killed', () => {
  const body = () => purchase(1_250);

  it('before the record is written has approved nothing', async () => {
    let isAsked = false;
    running.beforeWrite = () => {
      running.kill();
      isAsked = true;
    };
    void running.authorise(body(), 'first');
    await until(() => isAsked);
    await new Promise((resolve) => setImmediate(resolve));
    expect(world.waiting()).toBe(0);
  });

  it('between the record and the answer has approved it: the repeat hears so, and it is delivered once', async () => {
    const asked = body();
    running.afterWrite = () => running.kill();
    void running.authorise(asked, 'first');
    await until(() => world.waiting() === 1);
    const next = world.gateway();
    expect(await next.authorise(asked, 'first')).toMatchObject({ decision: 'approved', responseCode: '00' });
    world.way = 'open';
    await empty();
    expect(await world.balances()).toMatchObject({ held: 1_350n });
    expect(await advised()).toBe(1);
  });

  it('between the answer and the delivery has its approvals delivered by the next', async () => {
    for (const key of ['a', 'b', 'c']) await running.authorise(purchase(1_000), key);
    running.kill();
    world.way = 'open';
    world.gateway();
    await empty();
    expect(await world.balances()).toMatchObject({ held: 3_100n });
    expect(await advised()).toBe(3);
  });

  it('between the delivery and the removal of the record has it delivered again, which changes nothing', async () => {
    await running.authorise(body(), 'first');
    let isStored = false;
    running.beforeRemove = () => {
      running.kill();
      isStored = true;
    };
    world.way = 'open';
    await until(() => isStored);
    expect(world.waiting()).toBe(1);
    const next = world.gateway();
    await empty();
    expect(await advised()).toBe(1);
    expect(await world.balances()).toMatchObject({ held: 1_350n });
    expect(next.reports).toEqual([]);
  });

  it('leaves what it approved to be counted by the next', async () => {
    for (const key of ['a', 'b']) await running.authorise(purchase(5_000), key);
    running.kill();
    const next = world.gateway();
    await until(() => next.outbox.waiting('advice') === 2);
    expect(await next.authorise(purchase(2_001), 'c')).toMatchObject({ reason: 'daily_amount_limit' });
  });
});

describe('two gateways over the same records', () => {
  it('may both deliver what waits, and it is done once', async () => {
    for (const key of ['a', 'b', 'c']) await running.authorise(purchase(1_000), key);
    const other = world.gateway();
    await until(() => other.outbox.waiting('advice') === 3);
    world.way = 'open';
    await empty();
    await until(() => other.outbox.isEmpty && running.outbox.isEmpty);
    expect(await advised()).toBe(3);
    expect(await world.balances()).toMatchObject({ held: 3_100n });
  });
});

describe('a reversal that certainly never reached the ledger', () => {
  it('is answered 00, recorded, and delivered', async () => {
    const asked = purchase(1_250);
    world.way = 'open';
    await running.authorise(asked, 'first');
    world.way = 'refused';
    expect(await running.reverse(asked, 'back')).toMatchObject({ decision: 'recorded', responseCode: '00' });
    expect(await running.reverse(asked, 'back')).toMatchObject({ decision: 'recorded', responseCode: '00' });
    expect(world.recordsText()).not.toContain(NUMBER);
    world.way = 'open';
    await empty();
    expect(await world.balances()).toMatchObject({ held: 100n });
    expect(await running.metric('gateway_outbox_delivered_total')).toEqual([
      'gateway_outbox_delivered_total{kind="reversal"} 1',
    ]);
  });

  it('that may have been sent is not answered', async () => {
    world.way = 'cut';
    expect(await running.reverse(purchase(1), 'back')).toMatchObject({ kind: 'refused', responseCode: '91' });
    expect(world.waiting()).toBe(0);
  });
});

function ordersOf<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  if (items.length < 2) return [items];
  return items.flatMap((first, at) => ordersOf(items.toSpliced(at, 1)).map((rest) => [first, ...rest]));
}

describe('advices and reversals of one transaction', () => {
  /** What three messages of the outage come to in the ledger, delivered in the order given. */
  async function after(
    messages: (asked: AuthorisationBody) => Promise<unknown>,
    order: readonly number[],
    outage: StandInWorld,
  ) {
    await messages({ ...purchase(3_000), keys: keysOf('777777') });
    const recorded = [...(outage.store.collections.get('gateway-outbox')?.values() ?? [])].map(({ value }) =>
      decodeEntry(value),
    );
    const { ledger, cards, context } = outage.memory;
    const deliver = deliveryTo({ ledger, cards, context: () => context, report: () => undefined });
    for (const index of order) {
      const entry = recorded[index];
      if (entry !== undefined) expect(await deliver(entry)).toMatchObject({ kind: 'stored' });
    }
    expect(recorded).toHaveLength(order.length);
    return outage.balances();
  }

  it.each([
    ['an approval and its reversal', 2, 0n],
    ['an approval, a partial reversal and a whole one', 3, 0n],
    ['an approval and two partial reversals', 3, 700n],
  ])('%s come to the same in every order', async (what, count, held) => {
    for (const order of ordersOf([...Array(count).keys()])) {
      const outage = await StandInWorld.open();
      const gateway = outage.gateway();
      // The journal is known from here on.
      await gateway.reverse(purchase(1), 'before');
      outage.way = 'refused';
      const messages = async (asked: AuthorisationBody) => {
        expect(await gateway.authorise(asked, 'first')).toMatchObject({ decision: 'approved' });
        if (count === 3) await gateway.reverse(asked, 'partly', 1_200);
        await gateway.reverse(asked, 'second', what.endsWith('partial reversals') ? 700 : undefined);
        gateway.kill();
      };
      expect(await after(messages, order, outage)).toMatchObject({ held, available: 100_000n - held });
    }
  });
});

describe('what the ledger refuses', () => {
  it('is set aside for a person, and holds up nothing else', async () => {
    await running.authorise(purchase(1_000), 'first');
    const [entry] = [...(world.store.collections.get('gateway-outbox')?.values() ?? [])].map(({ value }) =>
      decodeEntry(value),
    );
    if (entry?.kind !== 'advice') throw new Error('no advice');
    const commands = entry.request.commands.map((asked) => ({ ...asked, command: { ...asked.command, amount: 0n } }));
    await running.outbox.add({
      ...entry,
      id: 'advice/wrong',
      request: { ...entry.request, commands: commands as typeof entry.request.commands },
    });
    world.way = 'open';
    await empty();
    expect(await world.balances()).toMatchObject({ held: 1_100n });
    expect(running.reports.join()).toMatch(/refuses advice\/wrong of the outbox, which is set aside: /);
    expect(world.store.collections.get('gateway-outbox-refused')?.size).toBe(1);
  });
});
