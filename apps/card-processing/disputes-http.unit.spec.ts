// A dispute over HTTP, from its opening to its outcome.
import { describe, expect, it } from '@jest/globals';
import { HttpRoutes } from '@tallystick/transport/service';
import Fastify from 'fastify';
import { Registry } from 'prom-client';
import { DecisionCounts } from './decision-counts.js';
import { addGatewayRoutes } from './gateway.routes.js';
import { gatewayOverMemory, NUMBER } from './gateway-over-memory.suite.js';

const card = { number: NUMBER };
const pounds = (amount: number) => ({ amount, currency: 'GBP' });

/** A cleared card payment of 4.00, and how to send what comes of it. */
async function cleared() {
  const over = await gatewayOverMemory();
  const { gateway, time, random } = over;
  const fastify = Fastify();
  fastify.setValidatorCompiler(() => () => true);
  addGatewayRoutes({
    routes: new HttpRoutes(fastify),
    gateway,
    counts: new DecisionCounts(new Registry()),
    scope: { time, random, actor: 'spec', patienceMs: 1_000 },
  });
  let sent = 0;
  const send = async (path: string, body: object, key = `key-${sent++}`) => {
    const headers = { 'idempotency-key': key };
    const response = await fastify.inject({
      method: 'POST',
      url: `/gateway/${path}`,
      headers,
      payload: { card, ...body },
    });
    return response.json();
  };
  const use = { amount: pounds(400), merchant: { name: 'Corner shop' } };
  const { authorisation_id: id } = await send('authorisations', use);
  await send(`authorisations/${id}/clearings`, { ...use, clearing_key: 'c1' });
  return { id, send };
}

describe('a cleared card payment', () => {
  it('is disputed, credited, contested and lost', async () => {
    const { id, send } = await cleared();
    const opened = await send(`authorisations/${id}/disputes`, {
      dispute_key: 'd1',
      reason: '4853',
      amount: pounds(300),
    });
    expect(opened).toMatchObject({ decision: 'recorded', transaction_id: id, available: 99_600 });
    const credited = await send('disputes/d1/provisional-credits', {}, 'credit');
    expect(credited).toMatchObject({ decision: 'recorded', available: 99_900 });
    expect(credited.transaction_id).not.toBe(id);
    expect(await send('disputes/d1/provisional-credits', {}, 'credit')).toEqual(credited);
    expect(await send('disputes/d1/provisional-credits', { amount: pounds(1) })).toMatchObject({
      code: 'precondition_failed.dispute_too_large',
    });
    expect(await send('disputes/d1/representments', { amount: pounds(300) })).toMatchObject({ available: 99_900 });
    expect(await send('disputes/d1/outcomes', { outcome: 'lost' })).toMatchObject({ available: 99_600 });
    expect(await send('disputes/d1/outcomes', { outcome: 'won' })).toMatchObject({
      code: 'precondition_failed.dispute_closed',
    });
  });

  it('is disputed by its keys or not at all, and once under one key', async () => {
    const { id, send } = await cleared();
    const dispute = { dispute_key: 'd1', reason: '4853', authorisation_id: id };
    expect(await send('disputes', dispute)).toMatchObject({ decision: 'recorded', transaction_id: id });
    expect(await send('disputes', dispute)).toMatchObject({ decision: 'recorded', transaction_id: id });
    expect(await send('disputes', { ...dispute, reason: '4837' })).toMatchObject({
      code: 'conflict.dispute_key_reused',
    });
    expect(await send('disputes', { ...dispute, dispute_key: 'd2' })).toMatchObject({
      code: 'precondition_failed.dispute_too_large',
    });
  });

  it('of a card that nobody issued can not be disputed', async () => {
    const { send } = await cleared();
    const unknown = {
      card: { number: '4111111111111111' },
      dispute_key: 'd',
      reason: '1',
      authorisation_id: 'tx_00000',
    };
    expect(await send('disputes', unknown)).toMatchObject({ code: 'not_found.card' });
  });
});

describe('a message about a dispute', () => {
  const authorisation_id = 'tx_0000nobody';
  it.each([
    [
      'names no authorisation',
      'disputes',
      { dispute_key: 'd1', reason: '1' },
      'bad_request.missing_param.authorisation_id',
    ],
    [
      'has a card number for a key',
      'disputes',
      { dispute_key: NUMBER, reason: '1', authorisation_id },
      'bad_request.bad_param.dispute_key',
    ],
    ['has no reason', 'disputes', { dispute_key: 'd1', authorisation_id }, 'bad_request.missing_param.reason'],
    ['has an outcome that there is not', 'disputes/d1/outcomes', { outcome: 'drawn' }, 'bad_request.bad_param.outcome'],
    ['is of none that is open', 'disputes/d1/outcomes', { outcome: 'won' }, 'not_found.dispute'],
    ['credits nothing', 'disputes/d1/provisional-credits', { amount: pounds(0) }, 'bad_request.bad_param.amount'],
  ])('that %s is refused', async (_, path, body, code) => {
    const { send } = await cleared();
    expect(await send(path, body)).toMatchObject({ code });
  });
});
