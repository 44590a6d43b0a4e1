// What the accounts service answers of customers: changes through their streams, the rest from its view.
import type { accountsContract, HandlersOf } from '@tallystick/contracts';
import { deriveId, ERASED, unsealPersonal } from '@tallystick/events';
import { JournalUnavailable, RevisionConflict } from '@tallystick/journal';
import { CallFailed } from '@tallystick/transport';
import type { Freshness, Row, ViewReader } from '@tallystick/views';
import { usersTable } from './accounts.tables.js';
import { Erasure, type ErasurePorts } from './erasure.js';
import { detailsOf, preferredNames, type UserDetails } from './user-details.js';
import { UserStreams, type UserStreamsPorts } from './user-streams.js';

type Handlers = HandlersOf<typeof accountsContract>;

export interface UsersPorts extends UserStreamsPorts {
  readonly ledger: ErasurePorts['ledger'];
  readonly auth: ErasurePorts['auth'];
  readonly views: ViewReader;
  readonly freshness: Freshness;
}

export class Users {
  readonly erasure: Erasure;
  readonly freshness: Freshness;
  private readonly streams: UserStreams;

  constructor(private readonly ports: UsersPorts) {
    this.freshness = ports.freshness;
    this.streams = new UserStreams(ports);
    this.erasure = new Erasure({ ...ports, isErased: this.isErased });
  }

  register: Handlers['registerUser'] = async (request, context) => {
    const { caller, key, effectiveAt, details } = request;
    const userId = request.userId ?? deriveId('user', effectiveAt, 'user', `${caller}/${key}`);
    return { userId, outcome: await answered(this.streams.register({ userId, caller, key }, details, context)) };
  };

  change: Handlers['changeUser'] = async ({ userId, caller, key, changes }, context) => ({
    outcome: await answered(this.streams.change({ userId, caller, key }, changes, context)),
  });

  /** Once it is answered, no key is left. Where it fails in between, the same again ends it, and so does the process of erasures. */
  erase: Handlers['eraseUser'] = async ({ userId, caller }, context) => {
    const outcome = await answered(this.streams.erase(userId, caller, context));
    if (outcome.kind === 'recorded') await answered(this.erasure.ofUser(userId, outcome.position, context));
    return { outcome };
  };

  /** As the journal has it now. */
  readonly isErased = (userId: string): Promise<boolean> => answered(this.streams.isErased(userId));

  get: Handlers['user'] = async ({ userId, minPosition }, context) => {
    const { views, freshness } = this.ports;
    if (minPosition > 0n) await freshness.waitUntil(minPosition, context.signal);
    const row = await views.get(usersTable, { user_id: userId });
    if (row === undefined || row.registered_at === null) return { found: null };
    const details = await this.detailsIn(userId, row);
    // The declared types of the table's columns are what these casts say.
    const times = { registeredAt: row.registered_at as bigint, changedAt: row.changed_at as bigint };
    return { found: { userId, ...times, details } };
  };

  /** Of whom nothing is known, or nothing any more, nothing is said. */
  names: Handlers['ownerNames'] = async ({ userIds }) => {
    const known = await Promise.all(
      [...new Set(userIds)].map(async (userId) => {
        const row = await this.ports.views.get(usersTable, { user_id: userId });
        const details = row === undefined ? null : await this.detailsIn(userId, row);
        return details === null ? [] : [{ userId, ...preferredNames(details) }];
      }),
    );
    return { names: known.flat() };
  };

  /** Null where the customer was erased. */
  private async detailsIn(userId: string, { personal }: Row): Promise<UserDetails | null> {
    if (!(personal instanceof Uint8Array)) return null;
    const text = await unsealPersonal(this.ports.keys, userId, personal);
    return text === ERASED ? null : detailsOf(text);
  }
}

/** The same call with the same key again gets the true answer. */
async function answered<Outcome>(outcome: Promise<Outcome>): Promise<Outcome> {
  try {
    return await outcome;
  } catch (error) {
    if (!(error instanceof JournalUnavailable || error instanceof RevisionConflict)) throw error;
    throw new CallFailed({ code: 'unavailable', message: 'the journal does not answer now', retryable: true }, error);
  }
}
