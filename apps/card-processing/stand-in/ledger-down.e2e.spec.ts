// Stand-in over the real transport: the ledger's process is gone, and comes back at the same address.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ledgerContract } from '@tallystick/contracts';
import { CallFailed, CallScope, pooledRandom, systemTime } from '@tallystick/transport';
import { type HttpTransport, httpTransport } from '@tallystick/transport/http';
import { MemoryRecords } from '@tallystick/views/memory/index';
import { AccountStreams } from '../../ledger/account-streams.js';
import { Ledger } from '../../ledger/ledger.js';
import { purchase, type RunningGateway, StandInWorld, until, withLimits } from './stand-in-over-memory.suite.js';

let world: StandInWorld;
let calling: HttpTransport;
let running: RunningGateway;
let ledger: HttpTransport | undefined;
let reported: unknown[];

const options = () => ({
  time: systemTime,
  random: pooledRandom(),
  report: (error: unknown) => void reported.push(error),
  services: {},
});

/** @returns its address. @param port 0 for any free one */
async function ledgerUp(port: number, delayMs = 0): Promise<string> {
  const { journal } = world.memory;
  const pause = () => Promise.resolve();
  const ports = { journal, clock: () => world.now, records: new MemoryRecords(), cacheWeight: 100_000, pause };
  const answering = new Ledger(ports, new AccountStreams(ports));
  const transport = httpTransport({ ...options(), port });
  const execute: typeof answering.execute = async (...call) => {
    const answer = await answering.execute(...call);
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs).unref());
    return answer;
  };
  const handlers = { execute, executeAll: answering.executeAll, executeUnknownCard: answering.executeUnknownCard };
  const { suspendClearing, completeBatch, batch, account, enquire, settled, journal: name } = answering;
  transport.answer(ledgerContract, {
    ...handlers,
    suspendClearing,
    completeBatch,
    batch,
    account,
    enquire,
    journal: name,
    settled,
  });
  ledger = transport;
  return transport.listen();
}

async function ledgerDown(): Promise<void> {
  await ledger?.close();
  ledger = undefined;
}

/** What is sent on a connection of before may have arrived: from here on no connection is left. */
async function noConnectionLeft(): Promise<void> {
  const asking = calling.client(ledgerContract);
  await until(async () => {
    const failure: unknown = await asking.journal({}, context()).catch((thrown: unknown) => thrown);
    return failure instanceof CallFailed && !failure.sent;
  });
}

/** Our own deadline, as of a message. */
const context = () =>
  new CallScope({ deadline: systemTime.now() + 1_000, correlationId: 'spec', actor: 'service:gateway' });
let port: number;

beforeEach(async () => {
  reported = [];
  world = await StandInWorld.open();
  const url = await ledgerUp(0);
  port = Number(new URL(url).port);
  calling = httpTransport({ ...options(), services: { ledger: [url] } });
  running = world.gateway(withLimits, true, calling.client(ledgerContract));
  await running.gateway.authorise(purchase(100), 'before', context());
  await world.viewsCatchUp();
});
afterEach(async () => {
  await world.close();
  await calling.close();
  await ledgerDown();
  expect(reported).toEqual([]);
});

describe('while the process of the ledger is gone', () => {
  it('authorisations are approved within the deadline, and delivered when it is back', async () => {
    await ledgerDown();
    await noConnectionLeft();
    const bodies = Array.from({ length: 3 }, () => purchase(1_000));
    const began = performance.now();
    const answers = await Promise.all(bodies.map((body, n) => running.gateway.authorise(body, `key-${n}`, context())));
    expect(performance.now() - began).toBeLessThan(2_000);
    expect(answers.map((answer) => Reflect.get(answer, 'decision'))).toEqual(Array(3).fill('approved'));
    expect(await running.reverse(bodies[0] ?? purchase(1), 'back')).toMatchObject({ responseCode: '00' });
    expect(world.waiting()).toBe(4);

    await ledgerUp(port);
    await until(() => world.waiting() === 0);
    expect(await world.balances()).toMatchObject({ held: 2_100n });
    for (const [n, body] of bodies.entries())
      expect(await running.gateway.authorise(body, `key-${n}`, context())).toMatchObject({
        decision: 'approved',
        transactionId: Reflect.get(answers[n] ?? {}, 'transactionId'),
      });
  });
});

describe('while the process of the ledger is slow', () => {
  it('nobody stands in: the message was sent', async () => {
    await ledgerDown();
    await ledgerUp(port, 1_500);
    await until(
      async () =>
        (await calling
          .client(ledgerContract)
          .journal({}, context())
          .catch(() => undefined)) !== undefined,
    );
    expect(await running.gateway.authorise(purchase(1_000), 'slow', context())).toMatchObject({
      kind: 'refused',
      responseCode: '91',
    });
    expect(world.waiting()).toBe(0);
    expect(await running.metric('stand_in_decisions_total')).toEqual([]);
  });
});
