// Two ledgers, one balance: withdrawals through both at once, each called directly. What the account has can be spent once.
import { type ClusterConfiguration, callers, clusterConfiguration } from '@tallystick/cluster/clients';
import { type ClientOf, ledgerContract, type RequestOf, type ResponseOf } from '@tallystick/contracts';
import { decodeMetadata } from '@tallystick/events';
import type { AccountId, CardId, CurrencyCode, LocalDate } from '@tallystick/ledger-core';
import type { BankCluster } from '@tallystick/servers';
import { cardNumber } from '../../bench/cards.js';
import type { ClusterBooks } from './cluster-books.js';
import type { ClusterDestination } from './cluster-destination.js';

type Execute = RequestOf<(typeof ledgerContract)['methods']['execute']>;
type Outcome = ResponseOf<(typeof ledgerContract)['methods']['execute']>['outcomes'][number];

const WITHDRAWALS = 400;
/** Every so many commands are sent through both ledgers at once, with the same key. */
const DOUBLED_EVERY = 8;
const IN_FLIGHT = 32;
const AMOUNT = 700n;
/** So many can be had, and a little is left. */
const AFFORDED = 150;
const LEFT = 300n;
const CARD = 900_000;
const STREAM_EVENTS = 10_000;

export interface Hammered {
  readonly findings: readonly string[];
  readonly line: string;
}

export async function hammer(cluster: BankCluster, to: ClusterDestination, books: ClusterBooks): Promise<Hammered> {
  const limit = Number(BigInt(AFFORDED) * AMOUNT + LEFT);
  const opened = await to.change('/staff/accounts', 'hammer-open', { currency: 'GBP', overdraft_limit: limit });
  const id = String(opened.account_id) as AccountId;
  const card = { number: cardNumber(CARD), active: true };
  const issued = await to.change(`/staff/accounts/${id}/cards`, 'hammer-card', card);
  const outcomes = await throughBoth(cluster, withdrawalsOf(id, String(issued.card_id) as CardId));
  const events = await eventsOf(books, id);
  const findings = [...differences(outcomes, events.counts)];
  const line = `two ledgers, one account: ${WITHDRAWALS} withdrawals, ${approvedOf(outcomes)} of ${AFFORDED} affordable ones approved, the writer changed ${events.changes} times`;
  // Each change is a revision that the other ledger did not expect, and so decided again.
  if (events.changes === 0) findings.push('the two ledgers never met: nothing was shown');
  return { findings, line };
}

function withdrawalsOf(accountId: AccountId, cardId: CardId): Execute[] {
  const command = {
    type: 'AuthoriseCard' as const,
    cardId,
    keys: null,
    scheme: 'drill',
    kind: 'PURCHASE' as const,
    channel: 'OTHER' as const,
    amount: AMOUNT,
    currency: 'GBP' as CurrencyCode,
    cashAmount: 0n,
    merchant: { descriptor: 'HAMMER', mcc: null, category: null, country: null },
    local: null,
    holdFor: null,
    singleMessage: false,
    partialAllowed: false,
    cvc: 'NOT_PRESENT' as const,
    maximum: AMOUNT,
  };
  const effectiveAt = BigInt(Date.now()) * 1_000n;
  const localDate = new Date().toISOString().slice(0, 10) as LocalDate;
  const at = { effectiveAt, localDate, causedAt: 0n };
  return Array.from({ length: WITHDRAWALS }, (_, n) => ({
    accountId,
    caller: 'drill',
    commands: [{ ...at, key: `hammer-${n}`, command }],
  }));
}

/** All answers to each request: of one ledger, or of both. */
async function throughBoth(cluster: BankCluster, requests: readonly Execute[]): Promise<Outcome[][]> {
  const configuration = clusterConfiguration({ file: cluster.configFile, environment: {} });
  const ledgers = cluster.of('ledger').map(({ rpcUrl }) => callers(only(configuration, rpcUrl), () => undefined));
  const clients = ledgers.map((transport) => transport.client(ledgerContract));
  const answers: Outcome[][] = requests.map(() => []);
  let next = 0;
  const one = async () => {
    for (let n = next++; n < requests.length; n = next++) {
      const request = requests[n];
      if (request === undefined) return;
      const asked = n % DOUBLED_EVERY === 0 ? clients : clients.slice(n % clients.length, (n % clients.length) + 1);
      answers[n] = await Promise.all(asked.map((client) => ask(client, request, clients.indexOf(client))));
    }
  };
  try {
    await Promise.all(Array.from({ length: IN_FLIGHT }, one));
  } finally {
    await Promise.all(ledgers.map((transport) => transport.close()));
  }
  return answers;
}

function only(configuration: ClusterConfiguration, url: string): ClusterConfiguration {
  return { ...configuration, rpc: { ...configuration.rpc, services: { ledger: [url] } } };
}

async function ask(client: ClientOf<typeof ledgerContract>, request: Execute, ledger: number): Promise<Outcome> {
  const { signal } = new AbortController();
  const context = {
    deadline: Number.POSITIVE_INFINITY,
    correlationId: `ledger-${ledger}`,
    actor: 'service:drill',
    signal,
  };
  const [outcome] = (await client.execute(request, context)).outcomes;
  if (outcome === undefined) throw new Error('a command without an outcome');
  return outcome;
}

async function eventsOf(books: ClusterBooks, accountId: AccountId) {
  const journal = await books.openJournal();
  const counts = new Map<string, number>();
  let changes = 0;
  let writer = '';
  try {
    for (const { metadata } of await journal.readStream(`account-${accountId}`, { limit: STREAM_EVENTS })) {
      const { commandId, correlationId } = decodeMetadata(metadata);
      counts.set(commandId, (counts.get(commandId) ?? 0) + 1);
      if (!correlationId.startsWith('ledger-')) continue;
      if (writer !== '' && writer !== correlationId) changes++;
      writer = correlationId;
    }
  } finally {
    await journal.close();
  }
  return { counts: [...counts].filter(([id]) => id.startsWith('drill/')), changes };
}

function approvedOf(outcomes: readonly (readonly Outcome[])[]): number {
  return outcomes.filter(([first]) => decisionOf(first) === 'approved').length;
}

function decisionOf(outcome: Outcome | undefined): string {
  return outcome?.kind === 'answered' ? outcome.answer.decision : `rejected: ${outcome?.rejection}`;
}

function* differences(
  outcomes: readonly (readonly Outcome[])[],
  counts: readonly (readonly [string, number])[],
): Iterable<string> {
  const approved = approvedOf(outcomes);
  if (approved !== AFFORDED)
    yield `hammer: ${approved} withdrawals approved, and the account had enough for ${AFFORDED}`;
  for (const [n, answers] of outcomes.entries()) {
    const decisions = new Set(answers.map(decisionOf));
    if (decisions.size !== 1) yield `hammer-${n}: answered ${[...decisions].join(' and ')}`;
    for (const decision of decisions)
      if (!['approved', 'declined'].includes(decision)) yield `hammer-${n}: ${decision}`;
  }
  if (counts.length !== WITHDRAWALS) yield `hammer: ${WITHDRAWALS} commands, ${counts.length} with an event`;
  for (const [id, count] of counts) if (count !== 1) yield `${id}: ${count} events`;
}
