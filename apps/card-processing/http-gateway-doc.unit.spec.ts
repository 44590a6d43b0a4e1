// docs/http-gateway.md and the code say the same.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { rejections } from '@tallystick/ledger-core';
import { HttpRoutes } from '@tallystick/transport/service';
import Fastify from 'fastify';
import { Registry } from 'prom-client';
import { DecisionCounts } from './decision-counts.js';
import { addGatewayRoutes } from './gateway.routes.js';
import * as schemas from './gateway.schemas.js';
import { gatewayOverMemory } from './gateway-over-memory.suite.js';
import { failed, timedOut } from './refusals.js';

const page = readFileSync(new URL('../../docs/http-gateway.md', import.meta.url), 'utf8');
const rows = page.split('\n').filter((line) => line.startsWith('|'));

describe('docs/http-gateway.md', () => {
  it('lists every route', async () => {
    const { gateway, time, random } = await gatewayOverMemory();
    const fastify = Fastify();
    const urls: string[] = [];
    fastify.addHook('onRoute', ({ url }) => {
      urls.push(url);
    });
    fastify.setValidatorCompiler(() => () => true);
    addGatewayRoutes({
      routes: new HttpRoutes(fastify),
      gateway,
      counts: new DecisionCounts(new Registry()),
      scope: { time, random, actor: 'spec', patienceMs: 1 },
    });
    const documented = rows.flatMap((row) => /^\| `(\/gateway[^`]*)`/.exec(row)?.[1] ?? []);
    const served = urls.map((url) => url.replace(/\/(clearing|refund|dispute)s\/:id/, (_, of) => `/${of}s/:${of}_key`));
    expect(served.filter((url) => !url.startsWith('/gateway/authorisations/:id/')).sort()).toEqual(documented.sort());
    await fastify.close();
  });

  it('names every field that a message may have', () => {
    const {
      authorisationSchema,
      batchItemSchema,
      incrementSchema,
      adviceSchema,
      reversalSchema,
      clearingSchema,
      refundSchema,
      presentmentReversalSchema,
      disputeSchema,
      provisionalCreditSchema,
      representmentSchema,
      disputeOutcomeSchema,
    } = schemas;
    const all = [
      authorisationSchema,
      batchItemSchema,
      incrementSchema,
      adviceSchema,
      reversalSchema,
      clearingSchema,
      refundSchema,
      presentmentReversalSchema,
      disputeSchema,
      provisionalCreditSchema,
      representmentSchema,
      disputeOutcomeSchema,
    ];
    for (const name of all.flatMap((schema) => Object.keys(schema.properties))) expect(page).toContain(`\`${name}\``);
  });

  it('has the status of every code', () => {
    const documented = new Map(
      rows.flatMap((row) => {
        const [, status = '', code = ''] = /^\| *(\d{3}) *\| *`([^`]+)`/.exec(row) ?? [];
        return code === '' ? [] : [[code, Number(status)] as const];
      }),
    );
    for (const { code, status } of [...Object.values(rejections), failed, timedOut]) {
      expect([code, documented.get(code) ?? status]).toEqual([code, status]);
    }
    expect(documented.get(failed.code)).toBe(failed.status);
    expect(documented.get(timedOut.code)).toBe(timedOut.status);
  });
});
