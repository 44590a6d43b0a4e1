// The programs that may ask customers for access.

import { deriveId } from '@tallystick/events';
import type { Random } from '@tallystick/transport';
import type { Records } from '@tallystick/views';
import { JsonRecords } from '@tallystick/views/json-records';
import { badClient, badParam, missingParam } from './refusals.js';
import { hasHash, newSecret } from './secret-texts.js';

export interface OAuthClient {
  /** `oauth2client_…` */
  readonly clientId: string;
  readonly name: string;
  readonly redirectUris: readonly string[];
  /** Of the client's secret; null for a public client, which can keep none and must use PKCE. */
  readonly secretHash: string | null;
}

const COLLECTION = 'oauth-clients';
const KEY_BYTES = 16;
const LISTED_MAX = 1_000;
const CLIENT_ID = /^oauth2client_[0-9A-Za-z]{4,59}$/;
/** What may stand in a header and in a page's policy as it is. */
const PLAIN_URI = /^[a-z][a-z0-9+.-]*:[!#$%&'()*+,\-./0-9:;=?@A-Z[\]_a-z~]+$/;
const PLAIN_HOST = /^([A-Za-z0-9.-]+|\[[0-9a-f:]+\])$/;
/** Schemes that a browser would run or open itself. */
const REFUSED_SCHEMES = new Set(['javascript:', 'data:', 'vbscript:', 'file:', 'blob:', 'about:', 'filesystem:']);

export class OAuthClients {
  private readonly clients: JsonRecords<OAuthClient>;

  constructor(
    records: Records,
    private readonly random: Random,
    /** Milliseconds since 1970. */
    private readonly now: () => number,
  ) {
    this.clients = new JsonRecords(records, COLLECTION);
  }

  /**
   * @returns the client, and its secret, which is told this once; null for a public client
   * @throws ProblemError, 400
   */
  async register(
    name: string,
    redirectUris: readonly string[],
    isConfidential: boolean,
  ): Promise<{ readonly client: OAuthClient; readonly secret: string | null }> {
    for (const uri of redirectUris) checkRedirectUri(uri);
    const secret = isConfidential ? newSecret('clientSecret', this.random) : null;
    const key = Buffer.from(this.random(KEY_BYTES)).toString('hex');
    const clientId = deriveId('oauth2client', BigInt(this.now()) * 1_000n, 'oauth2client', key);
    const client = { clientId, name, redirectUris, secretHash: secret?.hash ?? null };
    if (!(await this.clients.insertIfAbsent(clientId, client))) throw new Error(`${clientId} is there already`);
    return { client, secret: secret?.text ?? null };
  }

  async find(clientId: string): Promise<OAuthClient | undefined> {
    return CLIENT_ID.test(clientId) ? (await this.clients.get(clientId))?.value : undefined;
  }

  /** @throws ProblemError: 401 for anybody but the client, 400 where it does not say its secret */
  async authenticate(clientId: string, secret: string | undefined): Promise<OAuthClient> {
    const client = await this.find(clientId);
    if (client !== undefined && client.secretHash === null) return client;
    if (secret === undefined) throw missingParam('client_secret');
    if (client?.secretHash == null || !hasHash(secret, client.secretHash)) throw badClient();
    return client;
  }

  async list(): Promise<OAuthClient[]> {
    const keys = await this.clients.keys({ limit: LISTED_MAX });
    const found = await Promise.all(keys.map((key) => this.clients.get(key)));
    return found.flatMap((each) => (each === undefined ? [] : [each.value]));
  }
}

/** @throws ProblemError, 400 */
function checkRedirectUri(uri: string): void {
  const url = PLAIN_URI.test(uri) && URL.canParse(uri) ? new URL(uri) : undefined;
  const isWeb = url?.protocol === 'http:' || url?.protocol === 'https:';
  if (url === undefined || url.hash !== '' || uri.endsWith('#') || REFUSED_SCHEMES.has(url.protocol))
    throw badParam(
      'redirect_uris',
      'a redirect URI is absolute, without a fragment, in a scheme that a client can own',
    );
  if (isWeb && (!PLAIN_HOST.test(url.hostname) || url.username !== '' || url.password !== ''))
    throw badParam('redirect_uris', 'a redirect URI has a plain host and no name or password');
}
