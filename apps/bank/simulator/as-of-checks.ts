// Finance's answers about other times, against sums over what was recorded then.
import type { AccountId } from '@tallystick/ledger-core';
import type { Finance } from '../../finance/finance.js';
import type { AtRest } from './at-rest-world.js';
import type { NaiveAccount } from './model/naive-account.js';
import type { BalanceAnswers } from './plant.js';
import type { Random } from './random.js';

const QUESTIONS_PER_ACCOUNT = 6;
const RULE = "finance's answer as of a time is the sum of what was effective and known then";

/** Random instants: those of events, one microsecond before them, or none. */
export async function checkAsOf(
  world: Pick<AtRest, 'bank' | 'invariants' | 'draw' | 'context'>,
  finance: Finance,
  answers: BalanceAnswers,
): Promise<void> {
  const { bank, invariants, draw, context } = world;
  for (const account of bank.accounts.values()) {
    for (let n = 0; n < QUESTIONS_PER_ACCOUNT; n++) {
      const at = instant(account, draw, 'effectiveAt');
      const knownAt = instant(account, draw, 'recordedAt');
      const { found } = await answers.balance({ accountId: account.id as AccountId, at, knownAt }, context);
      const expected = naiveBalance(account, at, knownAt);
      const right =
        (found === null && expected === null) ||
        (found !== null &&
          expected !== null &&
          found.ledger === expected.ledger &&
          found.held === expected.held &&
          found.pots === expected.pots &&
          found.available === expected.available);
      invariants.holds(RULE, right, () => [`${account.id} at ${at} known at ${knownAt}`, expected, found]);
    }
  }
  await checkTrialBalance(world, finance);
}

function instant(account: NaiveAccount, draw: Random, of: 'effectiveAt' | 'recordedAt'): bigint | null {
  if (draw.happens(200_000)) return null;
  const moment = account.moments[draw.below(account.moments.length)];
  return moment === undefined ? null : moment[of] - (draw.happens(500_000) ? 1n : 0n);
}

function naiveBalance({ moments }: NaiveAccount, at: bigint | null, knownAt: bigint | null) {
  const known = moments.filter(({ recordedAt }) => knownAt === null || recordedAt <= knownAt);
  const last = known.at(-1);
  if (last === undefined) return null;
  let [ledger, pots] = [0n, 0n];
  for (const { effectiveAt, posted } of known) {
    if (at !== null && effectiveAt > at) continue;
    ledger += posted.ledger;
    pots += posted.pots;
  }
  const { held } = last.balances;
  return { ledger, held, pots, available: ledger - held + last.overdraftLimit };
}

async function checkTrialBalance(
  { bank, invariants, draw, context }: Pick<AtRest, 'bank' | 'invariants' | 'draw' | 'context'>,
  finance: Finance,
): Promise<void> {
  const entry = bank.entries[draw.below(bank.entries.length)];
  const at = entry?.effectiveAt ?? null;
  const knownAt = bank.entries[draw.below(bank.entries.length)]?.recordedAt ?? null;
  const expected = new Map<string, bigint>();
  for (const { effectiveAt, recordedAt, entry: counted } of bank.entries) {
    if ((at !== null && effectiveAt > at) || (knownAt !== null && recordedAt > knownAt)) continue;
    for (const { account, pot, side, amount, currency } of counted.postings) {
      const key = `${account}${pot === null ? '' : `:${pot}`} ${currency}`;
      expected.set(key, (expected.get(key) ?? 0n) + (side === 'DEBIT' ? amount : -amount));
    }
  }
  const { accounts } = await finance.trialBalance({ at, knownAt, from: 'journal' }, context);
  for (const { account, currency, balance } of accounts)
    invariants.same(
      RULE,
      expected.get(`${account} ${currency}`) ?? 0n,
      balance,
      () => `${account} ${currency} at ${at} known at ${knownAt}`,
    );
  invariants.same(
    RULE,
    expected.size,
    accounts.length,
    () => `accounts of the trial balance at ${at} known at ${knownAt}`,
  );
}
