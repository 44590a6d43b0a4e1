// What a user sees of the clients that hold their tokens, and decides about them: the bank's own app, as far as this service has one.
import type { Random } from '@tallystick/transport';
import type { Records } from '@tallystick/views';
import { JsonRecords } from '@tallystick/views/json-records';
import type { Credentials } from './credentials.js';
import type { Grants } from './grants.js';
import type { OAuthClients } from './oauth-clients.js';
import { badCredentials } from './refusals.js';
import { hashOf, looksLike, newSecret } from './secret-texts.js';

export interface ApprovalSession {
  readonly userId: string;
  readonly expiresAtMs: number;
}

export interface ListedClient {
  readonly clientId: string;
  readonly name: string;
  /** Names the login that is asked about. */
  readonly request: string;
  readonly askedAtMs: number;
  readonly approvedAtMs: number | null;
}

export interface ApprovalsPorts {
  readonly records: Records;
  readonly random: Random;
  readonly now: () => number;
  readonly credentials: Credentials;
  readonly clients: OAuthClients;
  readonly grants: Grants;
}

export const APPROVAL_SESSIONS = 'approval-sessions';
/** Long enough to read a list and decide. */
const SESSION_MS = 300_000;

export class Approvals {
  private readonly sessions: JsonRecords<ApprovalSession>;

  constructor(private readonly ports: ApprovalsPorts) {
    this.sessions = new JsonRecords(ports.records, APPROVAL_SESSIONS);
  }

  /** What stands for the user's login for five minutes. @throws ProblemError: 401, 429 */
  async logIn(loginName: string, passphrase: string, address: string): Promise<{ userId: string; session: string }> {
    const { credentials, random, now } = this.ports;
    const userId = await credentials.userOf(loginName, passphrase, address);
    const session = newSecret('approval', random);
    await this.sessions.insertIfAbsent(session.hash, { userId, expiresAtMs: now() + SESSION_MS });
    return { userId, session: session.text };
  }

  /** @throws ProblemError, 401 */
  async userOf(session: string): Promise<string> {
    const found = looksLike('approval', session) ? (await this.sessions.get(hashOf(session)))?.value : undefined;
    const { now, credentials } = this.ports;
    if (found === undefined || found.expiresAtMs <= now() || !(await credentials.has(found.userId)))
      throw badCredentials();
    return found.userId;
  }

  async list(userId: string): Promise<ListedClient[]> {
    const { grants, clients } = this.ports;
    const found = await grants.of(userId);
    return Promise.all(
      found.map(async ({ clientId, session, startedAtMs, approvedAtMs }) => {
        const name = (await clients.find(clientId))?.name ?? clientId;
        return { clientId, name, request: session, askedAtMs: startedAtMs, approvedAtMs };
      }),
    );
  }
}
