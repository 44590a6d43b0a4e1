// Authorisations that were answered 91 over ISO 8583 are taken back, whatever happens to the gateway meanwhile.
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { bookDateIn } from '@tallystick/contracts';
import { CallFailed } from '@tallystick/transport';
import type { Records } from '@tallystick/views';
import { MemoryRecordStore, MemoryRecords } from '@tallystick/views/memory/index';
import { defaultCardProcessing } from './configuration.js';
import { Gateway } from './gateway.js';
import { gatewayOverMemory, NUMBER, type OverMemory } from './gateway-over-memory.suite.js';
import { about, authorisation, overIso8583 } from './iso8583-over-memory.suite.js';

const OUTBOX = 'gateway-outbox';

/** Its ledger's answers are lost, or the calls, or those for the journal's id alone; and what it delivers later never arrives. */
async function cutOff(memory: OverMemory, way: 'answers' | 'calls' | 'journal' = 'answers'): Promise<OverMemory> {
  const lost = (wasSent: boolean) =>
    new CallFailed({ code: 'unavailable', message: 'it can not be reached', retryable: true, sent: wasSent });
  const { ledger, cards, tokens, clock } = memory;
  const answersAreLost: typeof ledger = {
    ...ledger,
    execute: async (request, context) => {
      const answer = way === 'calls' ? undefined : await ledger.execute(request, context);
      if (answer === undefined || way === 'answers') throw lost(way !== 'calls');
      return answer;
    },
    journal: (request, context) => (way === 'journal' ? Promise.reject(lost(false)) : ledger.journal(request, context)),
  };
  const never: typeof ledger = { ...ledger, execute: () => Promise.reject(lost(false)) };
  const configuration = defaultCardProcessing;
  const bookDate = bookDateIn('Europe/London');
  const gateway = new Gateway({ ledger: answersAreLost, cards, tokens, clock, bookDate, configuration });
  return { ...memory, gateway, ledger: never };
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await setTimeout(1);
}

describe('an authorisation that hears 91', () => {
  it('is taken back by the next gateway where this one is killed, and its repeat hears 91 there', async () => {
    const memory = await gatewayOverMemory();
    const store = new MemoryRecordStore();
    const first = await overIso8583(await cutOff(memory), { records: new MemoryRecords(store) });
    const link = await first.connect();
    const asked = authorisation();
    expect((await link.ask(asked)).fields[39]).toBe('91');
    expect(store.collections.get(OUTBOX)?.size).toBe(1);
    const recorded = [...(store.collections.get(OUTBOX)?.values() ?? [])].map(({ value }) =>
      Buffer.from(value).toString(),
    );
    expect(recorded.join()).not.toContain(NUMBER);
    const held = async () =>
      (await memory.ledger.account({ accountId: memory.accountId }, memory.context)).found?.balances.held;
    expect(await held()).toBe(1_250n);
    await link.close();
    await first.close();

    const next = await overIso8583(memory, { records: new MemoryRecords(store) });
    await until(() => store.collections.get(OUTBOX)?.size === 0);
    expect(await held()).toBe(0n);
    expect(await memory.journalText()).toContain('ANSWERED_LATE');
    const other = await next.connect();
    expect((await other.ask(about(asked, '0101'))).fields[39]).toBe('91');
    await other.close();
    await next.close();
  });

  it('is not taken back where it certainly never reached the ledger; its repeat hears 91 all the same', async () => {
    const memory = await gatewayOverMemory();
    const store = new MemoryRecordStore();
    const over = await overIso8583(await cutOff(memory, 'calls'), { records: new MemoryRecords(store) });
    const link = await over.connect();
    const asked = authorisation();
    for (const mti of ['0100', '0101']) expect((await link.ask(about(asked, mti))).fields[39]).toBe('91');
    expect(store.collections.get(OUTBOX)?.size ?? 0).toBe(0);
    await link.close();
    await over.close();
  });

  it('is taken back where the ledger decided it and only then went away', async () => {
    const memory = await gatewayOverMemory();
    const store = new MemoryRecordStore();
    const over = await overIso8583(await cutOff(memory, 'journal'), { records: new MemoryRecords(store) });
    const link = await over.connect();
    expect((await link.ask(authorisation())).fields[39]).toBe('91');
    expect(store.collections.get(OUTBOX)?.size).toBe(1);
    await link.close();
    await over.close();
  });

  it('hears it in time though nothing can be recorded, and is taken back from memory', async () => {
    const memory = await gatewayOverMemory();
    const mute: Records = new MemoryRecords();
    mute.insertIfAbsent = () => new Promise(() => undefined);
    const { gateway } = await cutOff(memory);
    const over = await overIso8583({ ...memory, gateway }, { records: mute });
    const link = await over.connect();
    const began = performance.now();
    expect((await link.ask(authorisation())).fields[39]).toBe('91');
    expect(performance.now() - began).toBeLessThan(1_000);
    const held = async () =>
      (await memory.ledger.account({ accountId: memory.accountId }, memory.context)).found?.balances.held;
    while ((await held()) !== 0n) await setTimeout(1);
    await link.close();
    await over.close();
  });
});
