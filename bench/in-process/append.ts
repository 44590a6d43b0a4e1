// A process of its own: the ledger's contract handler to durable append with 1,024 commands waiting, against a loop that only encodes
// and commits the same bytes. Prints one line of JSON.

import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeMetadata, decodePayload, encodeEvent } from '@tallystick/events';
import type { EventMetadata, LedgerEvent } from '@tallystick/ledger-core';
import Database from 'better-sqlite3';
import { median } from '../latencies.js';
import { authorisation, context, type LedgerOnDisk, ledgerOnDisk, openAccounts } from './test-ledger.js';

const ACCOUNTS = 10_000;
const WAITING = 1_024;
const ROUNDS = 6;
const COMMANDS_PER_ROUND = 40 * WAITING;

interface Stored {
  readonly event: LedgerEvent;
  readonly metadata: EventMetadata;
}

const bank = await ledgerOnDisk();
await openAccounts(bank.ledger, ACCOUNTS);
const bare = bareCopyOf(bank);
const rounds: { readonly handler: number; readonly bare: number }[] = [];
let after = await bank.journal.head();
for (let round = 0; round < ROUNDS; round++) {
  const handler = await viaHandler(bank, round);
  const events = await storedAfter(bank, after);
  if (events.length !== COMMANDS_PER_ROUND)
    throw new Error(`${COMMANDS_PER_ROUND} commands made ${events.length} events`);
  rounds.push({ handler, bare: bare.commit(events) });
  after = await bank.journal.head();
}
bare.close();
await bank.close();
// The first round warms both up.
const counted = rounds.slice(1);
const result = {
  handler: median(counted.map((round) => round.handler)),
  bare: median(counted.map((round) => round.bare)),
  share: median(counted.map((round) => round.handler / round.bare)),
};
process.stdout.write(`${JSON.stringify(result)}\n`);

/** Events per second. Each of the 1,024 waits for its answer before its next command. */
async function viaHandler({ ledger }: LedgerOnDisk, round: number): Promise<number> {
  let sent = 0;
  const caller = async (): Promise<void> => {
    while (sent < COMMANDS_PER_ROUND) {
      const n = sent++;
      const { outcomes } = await ledger.execute(authorisation((n * 7919) % ACCOUNTS, `${round}-${n}`), context);
      const [outcome] = outcomes;
      if (outcome?.kind !== 'answered' || outcome.answer.decision !== 'approved')
        throw new Error('an authorisation was not approved');
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: WAITING }, caller));
  return (COMMANDS_PER_ROUND / (performance.now() - started)) * 1000;
}

async function storedAfter({ journal }: LedgerOnDisk, position: bigint): Promise<Stored[]> {
  const found = await journal.readAll({ after: position, limit: COMMANDS_PER_ROUND + 1 });
  return found.map(({ metadata, payload }) => ({ event: decodePayload(payload), metadata: decodeMetadata(metadata) }));
}

/** The same rows into a copy of the journal's file, 1,024 to a transaction, with nothing decided, looked up or answered. */
function bareCopyOf({ folder, journalPath }: LedgerOnDisk) {
  const source = new Database(journalPath);
  source.pragma('wal_checkpoint(TRUNCATE)');
  source.close();
  const path = join(folder, 'bare.db');
  copyFileSync(journalPath, path);
  const database = new Database(path);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  const insert = database.prepare(
    'INSERT INTO events (position, stream, revision, event_id, metadata, payload) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const streams = new Map(database.prepare<[], [string, number]>('SELECT name, id FROM streams').raw().all());
  let position = database.prepare<[], number>('SELECT max(position) FROM events').pluck().get() ?? 0;
  const commitGroup = database.transaction((group: readonly Stored[]) => {
    for (const { event, metadata } of group) {
      const { eventId, metadata: metadataBytes, payload } = encodeEvent(event, metadata, 0);
      insert.run(++position, streams.get(metadata.stream), Number(metadata.revision), eventId, metadataBytes, payload);
    }
  });
  return {
    /** Events per second. */
    commit(events: readonly Stored[]): number {
      const started = performance.now();
      for (let from = 0; from < events.length; from += WAITING)
        commitGroup.immediate(events.slice(from, from + WAITING));
      return (events.length / (performance.now() - started)) * 1000;
    },
    close: () => database.close(),
  };
}
