// The ledger on a journal of its own, without the rest of the bank, and commands to feed it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CallContext, ledgerContract, RequestOf } from '@tallystick/contracts';
import { openJournal, type SqliteJournal } from '@tallystick/journal/sqlite/index';
import type { AccountId, CardId, CardToken, CurrencyCode, LocalDate } from '@tallystick/ledger-core';
import { SqliteRecords } from '@tallystick/views/sqlite/index';
import { AccountStreams } from '../../apps/ledger/account-streams.js';
import { Ledger } from '../../apps/ledger/ledger.js';

type Methods = (typeof ledgerContract)['methods'];
export type Execute = RequestOf<Methods['execute']>;
type Command = Execute['commands'][number]['command'];

const GBP = 'GBP' as CurrencyCode;
const SETUP_PER_CALL = 1_000;

export const context: CallContext = {
  deadline: Number.POSITIVE_INFINITY,
  signal: new AbortController().signal,
  correlationId: 'bench',
  actor: 'service:bench',
};

export const accountOf = (n: number) => `acc_${n}` as AccountId;
const cardOf = (n: number) => `card_${n}` as CardId;

/** Microseconds since 1970. */
export const now = () => BigInt(Date.now()) * 1000n;

export interface LedgerOnDisk {
  readonly folder: string;
  readonly journalPath: string;
  readonly journal: SqliteJournal;
  readonly ledger: Ledger;
  close(): Promise<void>;
}

export async function ledgerOnDisk(): Promise<LedgerOnDisk> {
  const folder = mkdtempSync(join(tmpdir(), 'tallystick-bench-ledger-'));
  const journalPath = join(folder, 'journal.db');
  const journal = openJournal(journalPath);
  const records = new SqliteRecords(join(folder, 'records.db'));
  const ports = { journal, records, clock: now, pause: () => Promise.resolve(), cacheWeight: 10_000_000 };
  const ledger = new Ledger(ports, new AccountStreams(ports));
  const close = async () => {
    await journal.close();
    await records.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { folder, journalPath, journal, ledger, close };
}

/** Accounts 0 … count - 1 with a card each. */
export async function openAccounts(ledger: Ledger, count: number): Promise<void> {
  for (let from = 0; from < count; from += SETUP_PER_CALL) {
    const numbers = Array.from({ length: Math.min(SETUP_PER_CALL, count - from) }, (_, i) => from + i);
    const { responses } = await ledger.executeAll({ requests: numbers.map(opening) }, context);
    for (const { outcomes } of responses)
      if (outcomes.length !== 2 || outcomes.some((o) => o.kind === 'rejected'))
        throw new Error('an account was not opened');
  }
}

function opening(n: number): Execute {
  const commands: Command[] = [
    {
      type: 'OpenAccount',
      accountId: accountOf(n),
      owners: ['user_1'],
      currency: GBP,
      product: 'current',
      overdraftLimit: 1_000_000_000_000n,
      externalReference: null,
      personal: null,
    },
    {
      type: 'IssueCard',
      cardId: cardOf(n),
      token: `tok_${n}` as CardToken,
      masked: null,
      holder: null,
      expiry: null,
      active: true,
      controls: { online: true, contactless: true, atm: true, magstripe: true, blockedCategories: [] },
      limits: {
        perTransaction: null,
        dailyAmount: null,
        monthlyAmount: null,
        dailyCash: null,
        dailyCount: null,
        monthlyCount: null,
      },
    },
  ];
  return request(
    n,
    commands.map((command, i) => ({ key: `open-${i}`, command })),
  );
}

/** A contactless purchase with the card of account n. */
export function authorisation(n: number, key: string): Execute {
  const command: Command = {
    type: 'AuthoriseCard',
    cardId: cardOf(n),
    keys: null,
    scheme: 'mastercard',
    kind: 'PURCHASE',
    channel: 'CONTACTLESS',
    amount: 1250n,
    currency: GBP,
    cashAmount: 0n,
    merchant: { descriptor: 'Corner Shop London', mcc: '5411', category: null, country: 'GB' },
    local: null,
    holdFor: 604_800_000_000n,
    singleMessage: false,
    partialAllowed: false,
    cvc: 'NOT_PRESENT',
    maximum: 100_000_000n,
  };
  return request(n, [{ key, command }]);
}

function request(n: number, commands: readonly { readonly key: string; readonly command: Command }[]): Execute {
  const at = { effectiveAt: now(), localDate: '2026-01-15' as LocalDate, causedAt: 0n };
  return { accountId: accountOf(n), caller: 'bench', commands: commands.map((one) => ({ ...one, ...at })) };
}
