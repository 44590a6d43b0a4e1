// One node of the stand-in: which calls it takes, over a store that other nodes may share.
import type { Faults } from './faults.js';
import type { Call } from './grpc-server.js';
import { ProtocolError, status } from './protocol-error.js';
import type { Store } from './store.js';

export interface NodeOptions {
  readonly store: Store;
  readonly faults: Faults;
  readonly maxAppendBytes: number;
  /** Passwords by name; without any, everybody may do everything. */
  readonly users: Readonly<Record<string, string>> | undefined;
}

export class Node {
  readonly store: Store;
  readonly faults: Faults;
  readonly maxAppendBytes: number;
  readonly #users: NodeOptions['users'];

  constructor({ store, faults, maxAppendBytes, users }: NodeOptions) {
    this.store = store;
    this.faults = faults;
    this.maxAppendBytes = maxAppendBytes;
    this.#users = users;
  }

  /** @throws ProtocolError where the caller is unknown, or wants the leader and this node is not */
  admit(call: Call): void {
    if (this.#users !== undefined && !this.#knows(call))
      throw new ProtocolError(status.UNAUTHENTICATED, 'Unauthenticated');
    this.lead(call);
  }

  /** @throws ProtocolError where the caller wants the leader and this node is not */
  lead(call: Call): void {
    const { leader } = this.faults;
    if (leader === undefined || call.headers['requires-leader'] !== 'true') return;
    throw new ProtocolError(status.NOT_FOUND, 'Leader info available', {
      exception: 'not-leader',
      'leader-endpoint-host': leader.host,
      'leader-endpoint-port': String(leader.port),
    });
  }

  #knows({ headers: { authorization = '' } }: Call): boolean {
    const [name = '', ...password] = Buffer.from(authorization.replace(/^Basic /, ''), 'base64')
      .toString()
      .split(':');
    return name !== '' && this.#users?.[name] === password.join(':');
  }
}
