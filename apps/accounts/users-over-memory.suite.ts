// Customers over a journal in memory, with views that are filled whenever a position is waited for.
import type { authContract, ClientOf } from '@tallystick/contracts';
import { InMemoryKeys, type KeyPort } from '@tallystick/events';
import type { Journal } from '@tallystick/journal';
import type { Micros } from '@tallystick/ledger-core';
import { Projector } from '@tallystick/views';
import { MemoryViews } from '@tallystick/views/memory/index';
import { bookDate, type LedgerUnderTest, MAY_FIRST } from '../ledger/ledger-over-memory.suite.js';
import { accountsProjection } from './accounts.projection.js';
import { Users } from './users.js';

export interface UsersOverMemory {
  readonly users: Users;
  readonly keys: KeyPort;
  readonly views: MemoryViews;
  /** Whose logins were ended. */
  readonly forgotten: readonly string[];
  /** Applies what the views have not seen. */
  fill(): Promise<void>;
}

/** As much of auth's contract as is asked when somebody is erased: it notes whose logins were ended. */
export function loginsOfNobody() {
  const forgotten: string[] = [];
  const forget: ClientOf<typeof authContract>['forget'] = async ({ userId }) => {
    forgotten.push(userId);
    return {};
  };
  return { auth: { forget }, forgotten };
}

export function usersOver(
  { journal, client: ledger }: Pick<LedgerUnderTest, 'client'> & { readonly journal: Journal },
  {
    keys = new InMemoryKeys((bytes) => new Uint8Array(bytes).fill(7)),
    clock = () => MAY_FIRST,
  }: { readonly keys?: KeyPort; readonly clock?: () => Micros } = {},
): UsersOverMemory {
  const views = new MemoryViews();
  const projector = new Projector('accounts', views, [accountsProjection]);
  const fill = async () => {
    await projector.prepare();
    const after = await projector.resumeAfter(0);
    await projector.apply({ partition: 0, events: await journal.readAll({ after, limit: 10_000 }) });
  };
  const { auth, forgotten } = loginsOfNobody();
  const users = new Users({ journal, keys, clock, bookDate, ledger, auth, views, freshness: { waitUntil: fill } });
  return { users, keys, views, forgotten, fill };
}
