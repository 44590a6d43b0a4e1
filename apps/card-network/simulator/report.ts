// What a run prints: a document for programs, a page for people. Card numbers are masked in both.
import type { Compared } from './comparison.js';
import type { Played } from './network.js';

const CARDS_SHOWN = 10;
const DIFFERENCES_SHOWN = 20;

/** Whether everything is as it should be. */
export function agrees({ tally, compared }: Played): boolean {
  return tally.findings.length === 0 && compared.every(({ differences }) => differences.length === 0);
}

/** Amounts as bigint, milliseconds and rates as numbers. */
export function documentOf(played: Played) {
  const { wanted, tally, counts, latencies, presented, elapsed, compared } = played;
  return {
    seed: wanted.seed,
    seconds: round(elapsed / 1000),
    stories: { begun: tally.begun, finished: tally.finished, by_name: Object.fromEntries(sorted(tally.stories)) },
    messages: {
      sent: counts.sent,
      answered: counts.answered,
      per_second: rateOf(counts.sent, elapsed),
      repeats: counts.repeats,
      lost: counts.lost,
      given_up: tally.givenUp,
      put_off: counts.putOff,
      held_back: counts.heldBack,
      unanswered: counts.unanswered,
      unasked: counts.unasked,
    },
    links: { count: wanted.links, cuts: counts.cuts },
    answer_ms: {
      p50: latencies.quantile(0.5),
      p99: latencies.quantile(0.99),
      longest: round(latencies.longest),
      longest_with_repeats: round(counts.longestMs),
    },
    authorisations: {
      count: decisionsOf(played),
      per_second: rateOf(decisionsOf(played), elapsed),
      by_response_code: Object.fromEntries(sorted(tally.answers)),
    },
    clearing: { lines: presented.lines, files: presented.files, by_outcome: Object.fromEntries(sorted(tally.lines)) },
    agrees: agrees(played),
    findings: tally.findings.map(({ card, what }) => ({ card: card.masked, what })),
    cards: compared.map(cardOf),
  };
}

export function textOf(played: Played): string {
  const { wanted, tally, counts, latencies, presented, elapsed, compared } = played;
  const different = compared.filter(({ differences }) => differences.length > 0);
  const rows = different.length > 0 ? different : compared;
  const lines = [
    `seed ${wanted.seed}, ${compared.length} cards, ${wanted.links} links, ${round(elapsed / 1000)} s`,
    `${tally.finished} stories: ${spoken(sorted(tally.stories))}`,
    `${counts.sent} messages (${rateOf(counts.sent, elapsed)}/s), answered in ${latencies.quantile(0.5)} ms (p50), ${latencies.quantile(0.99)} ms (p99), ${round(latencies.longest)} ms (longest)`,
    `${decisionsOf(played)} authorisations (${rateOf(decisionsOf(played), elapsed)}/s) by answer: ${spoken(sorted(tally.answers))}`,
    `${counts.cuts} links cut, ${counts.lost} messages lost with them, ${counts.repeats} repeats, ${tally.givenUp} given up and reversed, ${counts.putOff} put off`,
    `${counts.unanswered} unanswered within 2 s, ${counts.heldBack} held back before they were sent; the longest took ${round(counts.longestMs)} ms with its repeats`,
    `${presented.lines} lines in ${presented.files} clearing files: ${spoken(sorted(tally.lines))}`,
    '',
    ...table(rows.slice(0, different.length > 0 ? DIFFERENCES_SHOWN : CARDS_SHOWN)),
    ...(rows.length > CARDS_SHOWN && different.length === 0
      ? [`… ${rows.length - CARDS_SHOWN} more, --json has all`]
      : []),
    '',
    ...tally.findings.map(({ card, what }) => `WRONG  ${card.masked}  ${what}`),
    ...different.slice(0, DIFFERENCES_SHOWN).flatMap((one) => differenceOf(one, wanted.seed)),
    conclusionOf(played, different.length),
    '',
  ];
  return lines.join('\n');
}

function conclusionOf({ tally, compared }: Played, different: number): string {
  const wrong = tally.findings.length === 0 ? '' : `, ${tally.findings.length} answers otherwise than expected`;
  return different === 0
    ? `the bank agrees about all ${compared.length} cards${wrong}`
    : `the bank disagrees about ${different} of ${compared.length} cards${wrong}`;
}

function differenceOf({ card, differences }: Compared, seed: number): string[] {
  const named = differences.map(
    ({ balance, believed, bank }) => `${balance} ${believed} believed, ${bank} at the bank`,
  );
  return [
    `DIFFERENT  ${card.masked}  ${card.accountId}  seed ${seed}`,
    ...named.map((line) => `  ${line}`),
    ...card.diary.map((line) => `    ${line}`),
  ];
}

function table(rows: readonly Compared[]): string[] {
  const cells = [
    ['card', 'account', 'ledger', 'held', 'available', 'bank'],
    ...rows.map(({ card: { masked, accountId, belief }, differences }) => [
      masked,
      accountId,
      String(belief.ledger),
      String(belief.held),
      String(belief.available),
      differences.length === 0 ? 'agrees' : 'differs',
    ]),
  ];
  const widths = [0, 1, 2, 3, 4, 5].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells.map((row) =>
    row
      .map((cell, column) =>
        column > 1 && column < 5 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}

function cardOf({ card: { masked, accountId, belief, diary }, bank, differences }: Compared) {
  const { ledger, held, available } = belief;
  return {
    card: masked,
    account_id: accountId,
    believed: { ledger, held, available },
    bank,
    ...(differences.length === 0 ? {} : { differences: differences.map(({ balance }) => balance), messages: diary }),
  };
}

function decisionsOf({ tally }: Played): number {
  let count = 0;
  for (const answers of tally.answers.values()) count += answers;
  return count;
}

function rateOf(count: number, milliseconds: number): number {
  return milliseconds > 0 ? Math.round((1000 * count) / milliseconds) : 0;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function sorted(counts: ReadonlyMap<string, number>): [string, number][] {
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
}

function spoken(counts: readonly (readonly [string, number])[]): string {
  return counts.map(([name, count]) => `${name} ${count}`).join(', ');
}
