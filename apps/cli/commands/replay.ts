// `tallystick replay`: every view rebuilt from the journal beside the live one; put in its place, or compared with it.

import type { Row, Value } from '@tallystick/views';
import type { Difference } from '@tallystick/views/compare';
import { type Command, Option } from 'commander';
import type { RebuiltViews } from '../books.js';
import { progress } from '../progress.js';
import { answer, foundDifference, type Session, withBooks } from '../session.js';
import { printable } from '../table.js';

interface Options {
  readonly verify?: boolean;
}

export function replay(program: Command, session: Session): void {
  program
    .command('replay')
    .addOption(new Option('--from <source>', 'what to rebuild from').choices(['journal']).default('journal'))
    .option('--verify', 'change nothing: compare the live views with the rebuilt ones; exit code 1 where they differ')
    .description('rebuild every view from the events, beside the live ones, and switch to them')
    .action((options: Options, command: Command) => {
      const verify = options.verify === true;
      return withBooks(session, command, verify, async (books) => {
        const bar = progress(session.terminal.progress, 'replay');
        const rebuilt = await books.rebuildViews((done) => bar.update(done), session.signal).finally(() => bar.end());
        try {
          await (verify ? compare(session, command, rebuilt) : putInPlace(session, command, rebuilt));
        } finally {
          await rebuilt.discard();
        }
      });
    });
}

async function putInPlace(session: Session, command: Command, rebuilt: RebuiltViews): Promise<void> {
  const { events, generation } = rebuilt;
  session.signal.throwIfAborted();
  await rebuilt.switchTo();
  await answer(session, command, {
    json: () => ({ events, generation }),
    text: () => `rebuilt the views from ${counted(events, 'event')}; generation ${generation} is live\n`,
  });
}

async function compare(session: Session, command: Command, rebuilt: RebuiltViews): Promise<void> {
  const { events } = rebuilt;
  const differences: Difference[] = [];
  for await (const difference of rebuilt.differences()) {
    session.signal.throwIfAborted();
    differences.push(difference);
  }
  if (differences.length > 0) foundDifference(session);
  await answer(session, command, {
    json: () => ({ events, differences: differences.map(jsonOf) }),
    text: () => differences.map(lineOf).join('') + summaryOf(rebuilt, differences),
  });
}

function summaryOf({ events, tables }: RebuiltViews, differences: readonly Difference[]): string {
  const from = `${counted(tables, 'view')} rebuilt from ${counted(events, 'event')}`;
  if (differences.length === 0) return `no difference: ${from}\n`;
  const views = new Set(differences.map(({ table }) => table)).size;
  return `${counted(differences.length, 'difference')} in ${counted(views, 'view')}: ${from}; "tallystick replay" puts the rebuilt ones in place\n`;
}

function jsonOf(difference: Difference) {
  const { table, key, kind, columns, left, right } = difference;
  return {
    view: table,
    account: accountOf(difference),
    key: Object.fromEntries(Object.entries(key).map(([name, value]) => [name, valueText(value)])),
    kind: KINDS[kind],
    columns: columns.map((column) => ({
      column,
      live: valueText(left?.[column]),
      rebuilt: valueText(right?.[column]),
    })),
  };
}

const KINDS = { different: 'different', 'only-left': 'unexplained', 'only-right': 'missing' } as const;

function lineOf(difference: Difference): string {
  const { table, key, kind, columns, left, right } = difference;
  const place = Object.entries(key).map(([name, value]) => `${name} ${valueText(value)}`);
  const account = accountOf(difference);
  if (account !== null && !Object.values(key).includes(account)) place.unshift(`account ${account}`);
  const what = {
    different: () =>
      columns
        .map((column) => `${column} is ${valueText(left?.[column])}, the events say ${valueText(right?.[column])}`)
        .join('; '),
    'only-left': () => 'no event explains this row',
    'only-right': () => 'the row is missing',
  }[kind]();
  return `${printable(`${table}, ${place.join(', ')}: ${what}`)}\n`;
}

/** Whose row it is, as far as the row says so. */
function accountOf({ key, left, right }: Difference): string | null {
  const named = (row: Row | undefined) => row?.account_id ?? row?.account;
  const account = named(key) ?? named(right) ?? named(left);
  return typeof account === 'string' ? account : null;
}

/** As text whatever the type: a corrupted amount may be anything. */
function valueText(value: Value | undefined): string | null {
  if (value === undefined || value === null) return null;
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : String(value);
}

function counted(count: number, name: string): string {
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}
