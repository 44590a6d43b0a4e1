// `tallystick explain ACCOUNT`: the balance, and the events that make it.
import type { CallContext, financeContract, RequestOf, ResponseOf } from '@tallystick/contracts';
import { type BookDate, bookDateIn } from '@tallystick/contracts/book-date';
import { type AccountId, type CurrencyCode, formatMinor } from '@tallystick/ledger-core';
import type { Command } from 'commander';
import type { Books } from '../books.js';
import { answer, type Session, withBooks } from '../session.js';
import { list, table } from '../table.js';
import { formatInstant } from '../time-arguments.js';
import { type AsOfOptions, asOf, asOfOptions } from './as-of-options.js';
import { type AccountBalance, balanceLines, noSuchAccount } from './balance.js';

type Explain = (typeof financeContract)['methods']['explain'];
type Line = NonNullable<ResponseOf<Explain>['found']>['lines'][number];

interface Explanation {
  readonly currency: CurrencyCode;
  readonly lines: readonly Line[];
}

const PAGE = 5_000;

export function explain(program: Command, session: Session): void {
  asOfOptions(program.command('explain'))
    .argument('<account>', 'account id, such as acc_…')
    .description("an account's balances, and every event that makes them")
    .action((accountId: AccountId, options: AsOfOptions, command: Command) =>
      withBooks(session, command, true, async (books, context) => {
        const explanation = await explanationOf(books, { accountId, ...asOf(options, books.timeZone) }, context);
        const live = options.at === undefined && options.knownAt === undefined;
        if (explanation === undefined) throw noSuchAccount(accountId, live);
        const dateOf = bookDateIn(books.timeZone);
        await answer(session, command, {
          json: () => ({
            account: accountId,
            ...balanceOf(explanation),
            events: explanation.lines.map((line) => jsonOf(line, dateOf)),
          }),
          text: () => textOf(accountId, explanation, dateOf),
        });
      }),
    );
}

async function explanationOf(
  { clients }: Books,
  question: Omit<RequestOf<Explain>, 'after' | 'limit'>,
  context: CallContext,
): Promise<Explanation | undefined> {
  const lines: Line[] = [];
  let after: RequestOf<Explain>['after'] = null;
  for (;;) {
    const { found }: ResponseOf<Explain> = await clients.finance.explain({ ...question, after, limit: PAGE }, context);
    if (found === null) return undefined;
    for (const line of found.lines) lines.push(line);
    if (found.next === null) return { currency: found.currency, lines };
    after = found.next;
  }
}

/** The last line has it: whatever changes a balance has a line. */
function balanceOf({ currency, lines }: Explanation): AccountBalance {
  const { ledger = 0n, held = 0n, available = 0n, pots = 0n } = lines.at(-1) ?? {};
  return { currency, ledger, held, available, pots };
}

function jsonOf(line: Line, dateOf: BookDate) {
  return {
    revision: line.revision,
    type: line.type,
    value_date: dateOf(line.effectiveAt),
    effective_at: formatInstant(line.effectiveAt),
    recorded_at: formatInstant(line.recordedAt),
    transaction_id: line.transactionId,
    description: line.description,
    ledger_change: line.ledgerChange,
    held_change: line.heldChange,
    pots_change: line.potsChange,
    ledger: line.ledger,
    held: line.held,
    available: line.available,
    pots: line.pots,
  };
}

function textOf(accountId: AccountId, explanation: Explanation, dateOf: BookDate): string {
  const { currency, lines } = explanation;
  const amounts = ['LEDGER +/-', 'HELD +/-', 'LEDGER', 'HELD', 'AVAILABLE'].map((title) => ({ title, right: true }));
  const columns = [
    { title: 'VALUE DATE' },
    { title: 'RECORDED' },
    { title: 'EVENT' },
    { title: 'DESCRIPTION' },
    ...amounts,
  ];
  const rows = lines.map((line) => [
    dateOf(line.effectiveAt),
    formatInstant(line.recordedAt),
    line.type,
    line.description,
    change(line.ledgerChange, currency),
    change(line.heldChange, currency),
    ...[line.ledger, line.held, line.available].map((minor) => formatMinor(minor, currency)),
  ]);
  return `${table(columns, rows)}\n${list([['account', accountId], ...balanceLines(balanceOf(explanation))])}`;
}

function change(minor: bigint, currency: CurrencyCode): string {
  if (minor === 0n) return '';
  return `${minor > 0n ? '+' : ''}${formatMinor(minor, currency)}`;
}
