import { createServer } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Module } from '@nestjs/common';
import { InMemorySpanExporter } from '@opentelemetry/sdk-trace-base';
import { Type } from '@sinclair/typebox';
import { Registry } from 'prom-client';
import { echo, echoContract, Opened } from '../http/services.suite.js';
import { pooledRandom } from '../pooled-random.js';
import { callScopeOf, createService, HttpRoutes } from '../service/index.js';
import { systemTime } from '../time.js';
import { openTelemetry } from './index.js';

const opened = new Opened();
afterEach(() => opened.close());

@Module({})
class EmptyModule {}

describe('telemetry that goes nowhere', () => {
  it('records nothing', async () => {
    const { tracing, close } = await openTelemetry({ serviceName: 'ledger' });
    expect(tracing).toBeUndefined();
    await close();
  });
});

describe('a public request that calls a service', () => {
  it('is the span above the call', async () => {
    const exporter = new InMemorySpanExporter();
    const { tracing } = await openTelemetry({ serviceName: 'api', exporter });
    if (tracing === undefined) throw new Error('no tracing');
    const answering = opened.transport({ tracing });
    answering.answer(echoContract, echo);
    const client = opened.transport({ tracing, services: { echo: [await answering.listen()] } }).client(echoContract);
    const service = await createService({
      module: EmptyModule,
      title: { title: 'api', version: '1' },
      host: '127.0.0.1',
      port: 0,
      metrics: new Registry(),
      report: (error) => opened.reported.push(error),
      tracing,
    });
    opened.also(() => service.stop());
    const scope = { time: systemTime, random: pooledRandom(), actor: 'user_1', patienceMs: 5_000 };
    service.app.get(HttpRoutes).add({
      method: 'GET',
      url: '/words/:word',
      summary: 'A word',
      schemas: {
        params: Type.Object({ word: Type.String() }),
        response: { 200: Type.Object({ text: Type.String() }) },
      },
      handle: async ({ headers, params }) => client.say({ text: params.word }, callScopeOf(headers, scope)),
    });
    const url = await service.start();
    expect(await (await fetch(`${url}/words/hi`)).json()).toEqual({ text: 'hi' });
    await fetch(`${url}/health/live`);
    await service.stop();

    const spans = exporter.getFinishedSpans();
    const named = (name: string) => spans.filter((span) => span.name === name);
    const [request] = named('GET /words/:word');
    const [inner, outer] = named('echo.say');
    expect(spans).toHaveLength(3);
    expect(request?.parentSpanContext).toBeUndefined();
    expect(outer?.parentSpanContext?.spanId).toBe(request?.spanContext().spanId);
    expect(inner?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId);
  });
});

describe('telemetry with a collector', () => {
  it('sends it the spans, and what is left when it closes', async () => {
    const received: string[] = [];
    const collector = createServer((request, response) => {
      request.on('data', (bytes: Buffer) => received.push(`${request.url} ${bytes.toString()}`));
      request.on('end', () => response.end('{}'));
    });
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
    const address = collector.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const otlpUrl = `http://127.0.0.1:${address.port}/v1/traces`;
    const { tracing, close } = await openTelemetry({ serviceName: 'ledger', otlpUrl });
    const span = tracing?.start('client', 'echo.say', undefined);
    span?.end('unavailable');
    await close();
    collector.closeAllConnections();
    collector.close();
    const text = received.join('');
    for (const part of ['/v1/traces', 'ledger', 'echo.say', 'unavailable', span?.traceparent.slice(3, 35) ?? '?']) {
      expect(text).toContain(part);
    }
  });
});
