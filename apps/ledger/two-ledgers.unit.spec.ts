// Two ledgers hammer one account, each over its own connection to the same EventStoreDB (the stand-in).
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { decodeMetadata } from '@tallystick/events';
import { type EncodedEvent, type Journal, RevisionConflict } from '@tallystick/journal';
import { openEventStoreJournal } from '@tallystick/journal/eventstoredb/index';
import { type StandIn, startStandIn } from '@tallystick/journal/standin';
import type { AccountCommand } from '@tallystick/ledger-core';
import { account, authorise, card, funded } from '@tallystick/ledger-core/account/commands.suite';
import { MemoryRecordStore, MemoryRecords } from '@tallystick/views/memory/index';
import { AccountStreams } from './account-streams.js';
import { Ledger } from './ledger.js';
import { answerOf, context, MAY_FIRST, type Outcome, sent } from './ledger-over-memory.suite.js';

const WITHDRAWALS = 300;
const AMOUNT = 70n;
const AFFORDED = 100;
const DOUBLED_EVERY = 10;
const ROUNDS = 20;
const IN_FLIGHT = 24;

let folder: string;
let standIn: StandIn;
const journals: Journal[] = [];
let conflicts: number;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'two-ledgers-'));
  standIn = await startStandIn({ file: join(folder, 'journal.log') });
  conflicts = 0;
});

afterEach(async () => {
  await Promise.all(journals.splice(0).map((journal) => journal.close()));
  await standIn.close();
  await rm(folder, { recursive: true });
});

async function openJournal(): Promise<Journal> {
  const { connectionString } = standIn;
  const journal = await openEventStoreJournal({ connectionString, random: Math.random, report: () => undefined });
  journals.push(journal);
  return journal;
}

/** A ledger whose conflicts are counted. */
async function openLedger(records: MemoryRecordStore): Promise<Ledger> {
  const journal = await openJournal();
  const counting: Journal = {
    id: journal.id,
    append: (stream: string, expectedRevision: number, events: readonly EncodedEvent[]) =>
      journal.append(stream, expectedRevision, events).catch((error: unknown) => {
        if (error instanceof RevisionConflict) conflicts++;
        throw error;
      }),
    readStream: (stream, options) => journal.readStream(stream, options),
    readAll: (options) => journal.readAll(options),
    subscribe: (after, signal) => journal.subscribe(after, signal),
    head: () => journal.head(),
    close: () => journal.close(),
  };
  const ports = {
    journal: counting,
    records: new MemoryRecords(records),
    clock: () => MAY_FIRST,
    pause: () => Promise.resolve(),
    cacheWeight: 100_000,
  };
  return new Ledger(ports, new AccountStreams(ports));
}

async function withdraw(ledger: Ledger, n: number): Promise<Outcome | undefined> {
  const commands = [sent(authorise(`withdrawal-${n}`, AMOUNT), { key: `withdrawal-${n}` })];
  return (await ledger.execute({ accountId: account, caller: 'spec', commands }, context)).outcomes[0];
}

/** All answers to each withdrawal: every tenth goes through both ledgers at once. */
async function hammer(ledgers: readonly Ledger[]): Promise<(Outcome | undefined)[][]> {
  const answers: (Outcome | undefined)[][] = [];
  let next = 0;
  const caller = async () => {
    for (let n = next++; n < WITHDRAWALS; n = next++) {
      const asked = n % DOUBLED_EVERY === 0 ? ledgers : ledgers.filter((_, i) => i === n % ledgers.length);
      answers[n] = await Promise.all(asked.map((ledger) => withdraw(ledger, n)));
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, caller));
  return answers;
}

describe('two ledgers and an account that both are asked to spend from', () => {
  it('approve what the money allows, answer every command, and store each once', async () => {
    const records = new MemoryRecordStore();
    const ledgers = [await openLedger(records), await openLedger(records)];
    const money = BigInt(AFFORDED) * AMOUNT + AMOUNT - 1n;
    const commands = funded(money).map((command, n) => sent(command, { key: `given-${n}` }));
    await ledgers[0]?.execute({ accountId: account, caller: 'spec', commands }, context);

    const answers = await hammer(ledgers);

    const decisions = answers.map((each) => [...new Set(each.map((outcome) => answerOf(outcome).decision))]);
    expect(decisions.filter((each) => each.length !== 1)).toEqual([]);
    expect(decisions.filter(([decision]) => decision === 'approved')).toHaveLength(AFFORDED);
    expect(decisions.filter(([decision]) => decision === 'declined')).toHaveLength(WITHDRAWALS - AFFORDED);
    const stored = await (await openJournal()).readStream(`account-${account}`, { limit: 10_000 });
    const ids = stored.map(({ metadata }) => decodeMetadata(metadata).commandId);
    expect(new Set(ids.filter((id) => id.includes('withdrawal-'))).size).toBe(WITHDRAWALS);
    expect(ids.filter((id) => id.includes('withdrawal-'))).toHaveLength(WITHDRAWALS);
    expect(conflicts).toBeGreaterThan(0);
  });
});

describe('two ledgers and a card that is frozen through one of them', () => {
  it('decline the next authorisation, whichever is asked, and approve the one after it is unfrozen', async () => {
    const records = new MemoryRecordStore();
    const ledgers = [await openLedger(records), await openLedger(records)] as const;
    const execute = async (ledger: Ledger, key: string, command: AccountCommand) => {
      const commands = [sent(command, { key })];
      return answerOf((await ledger.execute({ accountId: account, caller: 'spec', commands }, context)).outcomes[0]);
    };
    for (const [n, command] of funded(1_000n).entries()) await execute(ledgers[0], `given-${n}`, command);
    for (let round = 0; round < ROUNDS; round++) {
      const [first, second] = round % 2 === 0 ? ledgers : [ledgers[1], ledgers[0]];
      // Both hold the account's state.
      for (const [n, ledger] of ledgers.entries()) {
        const key = `known-${round}-${n}`;
        expect((await execute(ledger, key, authorise(key, 1n))).decision).toBe('approved');
      }
      await execute(first, `freeze-${round}`, { type: 'FreezeCard', cardId: card, frozenBy: 'user_1' });
      const declined = await execute(second, `declined-${round}`, authorise(`declined-${round}`, 1n));
      expect(declined).toMatchObject({ decision: 'declined', reason: 'card_frozen' });
      await execute(first, `unfreeze-${round}`, { type: 'UnfreezeCard', cardId: card, unfrozenBy: 'user_1' });
      expect((await execute(second, `approved-${round}`, authorise(`approved-${round}`, 1n))).decision).toBe(
        'approved',
      );
    }
    expect(conflicts).toBeGreaterThan(0);
  });
});
