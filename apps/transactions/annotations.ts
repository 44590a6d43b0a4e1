// Metadata that a client writes beside a transaction. What one client has written beside one transaction is one stream, and each of its
// events carries all of it.
import type { HandlersOf, transactionsContract } from '@tallystick/contracts';
import { lettersOf, type PersonalText } from '@tallystick/events';
import type { AccountId, TransactionAnnotated, TransactionId } from '@tallystick/ledger-core';
import type { Newest, NewestEvents } from './newest-events.js';
import { openedText, type Personal, unlessErased } from './personal.js';

type Handlers = HandlersOf<typeof transactionsContract>;
type Changes = Parameters<Handlers['annotate']>[0]['changes'];

export interface AnnotationsPorts {
  readonly streams: NewestEvents;
  readonly personal: Personal;
  /** Whether the account has this transaction. */
  readonly has: (accountId: AccountId, transactionId: TransactionId) => Promise<boolean>;
}

const KEYS_MAX = 50;

export class Annotations implements Pick<Handlers, 'annotate'> {
  constructor(private readonly ports: AnnotationsPorts) {}

  annotate: Handlers['annotate'] = async (request, context) => {
    const { accountId, transactionId, clientId, caller, key, changes } = request;
    const { streams, personal, has } = this.ports;
    if (!(await has(accountId, transactionId))) return { kind: 'rejected', rejection: 'UnknownTransaction' };
    const commandId = `${caller}/${accountId}/annotate-${key}`;
    const stream = `annotations-${transactionId}-${lettersOf(clientId)}`;
    const change = { stream, commandId, source: caller, context };
    return unlessErased(() =>
      streams.change<Awaited<ReturnType<Handlers['annotate']>>>(change, async (newest) => {
        const sealed = newest === undefined ? null : annotationOf(newest, stream).personal;
        const before = sealed === null ? {} : await openedText(personal, accountId, sealed);
        const after = changed(before, changes);
        if (isEqual(before, after)) {
          const { recordedAt: updated = null, position = 0n } = newest ?? {};
          return { answer: { kind: 'annotated', written: sealed, updated, position } };
        }
        const size = Object.keys(after).length;
        if (size > KEYS_MAX) return { answer: { kind: 'rejected', rejection: 'TooMuchMetadata' } };
        const written = size === 0 ? null : await personal.seal(accountId, commandId, after, context);
        return {
          event: { type: 'TransactionAnnotated', transactionId, clientId, personal: written },
          accountId,
          answered: ({ position, recordedAt }) => ({ kind: 'annotated', written, updated: recordedAt, position }),
        };
      }),
    );
  };
}

function annotationOf({ event }: Newest, stream: string): TransactionAnnotated {
  if (event.type !== 'TransactionAnnotated') throw new Error(`${stream} holds a ${event.type}`);
  return event;
}

/** An empty value takes its key away. */
function changed(before: PersonalText, changes: Changes): PersonalText {
  const after = new Map(Object.entries(before));
  for (const { key, value } of changes) {
    if (value === '') after.delete(key);
    else after.set(key, value);
  }
  return Object.fromEntries(after);
}

function isEqual(left: PersonalText, right: PersonalText): boolean {
  const entries = Object.entries(left);
  return entries.length === Object.keys(right).length && entries.every(([key, value]) => right[key] === value);
}
