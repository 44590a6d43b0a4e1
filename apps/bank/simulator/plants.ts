// Planted bugs: each breaks one rule of the bank from the outside, to show that the simulator would find it.
import { deserialize, serialize } from 'node:v8';
import type { Journal } from '@tallystick/journal';
import { NO_STREAM, RevisionConflict } from '@tallystick/journal';
import type { AccountState, TransferId } from '@tallystick/ledger-core';
import type { Projection, Records, Row, TableDefinition, ViewReader, ViewWriter } from '@tallystick/views';
import { ledgerSumsTable } from '../../finance/gl.projection.js';
import type { Plant } from './plant.js';
import { plantedDecisions } from './planted-decisions.js';

/** A journal that differs in how it appends. */
function appending(inner: Journal, append: Journal['append']): Journal {
  return {
    id: inner.id,
    append,
    readStream: (...of) => inner.readStream(...of),
    readAll: (...of) => inner.readAll(...of),
    subscribe: (...of) => inner.subscribe(...of),
    head: () => inner.head(),
    close: () => inner.close(),
  };
}

const inTheJournal: Readonly<Record<string, Plant>> = {
  'answers-undone-decision': {
    breaks: 'after a conflict the answer comes from what is stored, never from the own undone decision',
    journal: (inner) =>
      appending(inner, async (stream, expectedRevision, events) => {
        try {
          return await inner.append(stream, expectedRevision, events);
        } catch (error) {
          if (!(error instanceof RevisionConflict)) throw error;
          return { revision: expectedRevision + events.length, position: await inner.head() };
        }
      }),
  },
  'ignores-expected-revision': {
    breaks: 'an append is refused where the stream has moved on',
    journal: (inner) =>
      appending(inner, async (stream, _, events) => {
        const [newest] = await inner.readStream(stream, { direction: 'backwards', limit: 1 });
        return inner.append(stream, newest?.revision ?? NO_STREAM, events);
      }),
  },
  'acknowledges-before-durable': {
    breaks: 'nothing is acknowledged before it is durable',
    journal: (inner) => {
      let appends = 0;
      return appending(inner, async (stream, expectedRevision, events) => {
        if (++appends % 50 !== 0) return inner.append(stream, expectedRevision, events);
        return { revision: expectedRevision + events.length, position: await inner.head() };
      });
    },
  },
  'stale-snapshot': {
    breaks: 'from a snapshot the stream is read forward',
    records: (inner, journal) => ({
      ...recordsOf(inner),
      async get(collection, key) {
        const found = await inner.get(collection, key);
        if (found === undefined || !collection.startsWith('account-snapshots')) return found;
        const [newest] = await journal.readStream(`account-${key}`, { direction: 'backwards', limit: 1 });
        const state = deserialize(found.value) as AccountState;
        state.revision = newest?.revision ?? state.revision;
        return { ...found, value: serialize(state) };
      },
    }),
  },
};

function recordsOf(inner: Records): Records {
  return {
    get: (...of) => inner.get(...of),
    insertIfAbsent: (...of) => inner.insertIfAbsent(...of),
    compareAndSet: (...of) => inner.compareAndSet(...of),
    put: (...of) => inner.put(...of),
    remove: (...of) => inner.remove(...of),
    keys: (...of) => inner.keys(...of),
    close: () => inner.close(),
  };
}

const inTransfers: Readonly<Record<string, Plant>> = {
  'receives-twice': {
    breaks: 'the keys of a transfer steps follow from the transfer',
    transferLedger: (inner) => {
      const tries = new Map<string, number>();
      return {
        ...inner,
        execute: (request, context) => {
          const [sent] = request.commands;
          if (sent?.command.type !== 'ReceiveTransfer') return inner.execute(request, context);
          const { transferId } = sent.command;
          const tried = tries.get(transferId) ?? 0;
          tries.set(transferId, tried + 1);
          if (tried === 0) return inner.execute(request, context);
          const again = `${transferId}_${tried}` as TransferId;
          const command = { ...sent.command, transferId: again };
          return inner.execute({ ...request, commands: [{ ...sent, key: `receive-${again}`, command }] }, context);
        },
      };
    },
  },
  'forgets-refusal': {
    breaks: 'a transfer that was refused comes back',
    transferLedger: (inner) => ({
      ...inner,
      execute: async (request, context) => {
        const answer = await inner.execute(request, context);
        const [first] = answer.outcomes;
        if (first?.kind !== 'answered' || first.answer.type !== 'TransferRefused') return answer;
        return { outcomes: [{ ...first, answer: { ...first.answer, decision: 'recorded', reason: null } }] };
      },
    }),
  },
};

/** Views that differ in how they are written. */
function writing(inner: ViewWriter, apply: ViewWriter['apply']): ViewWriter {
  return {
    apply,
    prepare: (...of) => inner.prepare(...of),
    get: (...of) => inner.get(...of),
    slice: (...of) => inner.slice(...of),
    scan: (...of) => inner.scan(...of),
    progress: (...of) => inner.progress(...of),
    close: () => inner.close(),
  };
}

/** Counts on across restarts: no two writes have the same. */
const HIGHEST = 2n ** 60n;

const inTheViews: Readonly<Record<string, Plant>> = {
  'ignores-group-positions': {
    breaks: 'a row is not overwritten by what happened before',
    views: (inner) => {
      return writing(inner, async (upserts, progress) => {
        const last = upserts.map((upsert) => ({ ...upsert, position: HIGHEST }));
        await inner.apply(last, progress);
      });
    },
  },
  'progress-before-rows': {
    breaks: 'progress is written after the rows',
    views: (inner) =>
      writing(inner, async (upserts, progress) => {
        // A crash in between: the rows of every so many batches are lost.
        const lost = progress.position % 37n === 0n;
        await inner.apply(lost ? [] : upserts, progress);
      }),
  },
  'counts-redelivered-sums': {
    breaks: 'an event that comes again counts once in the general ledger',
    projections: (all) =>
      all.map((projection) => (projection.name === 'general-ledger' ? forgetful(projection) : projection)),
  },
  'skips-delivery': {
    breaks: 'every event reaches every consumer',
    consumer: (inner) => ({
      name: inner.name,
      resumeAfter: (partition) => inner.resumeAfter(partition),
      apply: ({ partition, events }) => {
        const some = events.filter(({ position }) => position % 501n !== 0n);
        return inner.apply({ partition, events: some.length > 0 ? some : events });
      },
    }),
  },
  'notes-no-payments': {
    breaks: 'a payment of a schedule to another bank has its message',
    consumer: (inner) =>
      inner.name !== 'scheduled-payments'
        ? inner
        : { name: inner.name, resumeAfter: (partition) => inner.resumeAfter(partition), apply: async () => {} },
  },
  'as-of-ignores-known-at': {
    breaks: 'an answer as it was known counts only what was recorded by then',
    finance: (inner) => ({ balance: (request, context) => inner.balance({ ...request, knownAt: null }, context) }),
  },
};

/** A projection that does not see what its rows had applied. */
function forgetful(projection: Projection): Projection {
  return {
    name: projection.name,
    tables: projection.tables,
    handles: projection.handles,
    open: (reader, partition) => projection.open(withoutApplied(reader), partition),
  };
}

function withoutApplied(reader: ViewReader): ViewReader {
  return {
    get: async (table: TableDefinition, key: Row) => {
      const row = await reader.get(table, key);
      return row === undefined || table.name !== ledgerSumsTable.name ? row : { ...row, applied: 0 };
    },
    slice: (...of) => reader.slice(...of),
    scan: (...of) => reader.scan(...of),
    progress: (...of) => reader.progress(...of),
  };
}

export const PLANTS: ReadonlyMap<string, Plant> = new Map(
  Object.entries({ ...inTheJournal, ...plantedDecisions, ...inTransfers, ...inTheViews }),
);

/** The bank as it is. */
export const NOTHING_PLANTED: Plant = { breaks: 'nothing' };
