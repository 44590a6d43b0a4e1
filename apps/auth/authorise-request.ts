// What a client asks of the authorise page, taken from links as clients really write them.
import type { OAuthClient, OAuthClients } from './oauth-clients.js';
import type { Fields } from './request-fields.js';

export interface AuthoriseRequest {
  readonly client: OAuthClient;
  /** One of the client's. */
  readonly redirectUri: string;
  /** As it stood in the link, still encoded, so that it is echoed unchanged; null where there was none. */
  readonly state: string | null;
  readonly challenge: string | null;
}

export type AskedOfPage =
  | { readonly kind: 'asked'; readonly request: AuthoriseRequest }
  /** Told to the person: nobody proved that the redirect URI is a client's. */
  | { readonly kind: 'refused'; readonly message: string }
  /** Told to the client. @see RFC 6749, 4.1.2.1 */
  | { readonly kind: 'returned'; readonly location: string };

/** As RFC 7636 writes a SHA-256. */
const CHALLENGE = /^[A-Za-z0-9_-]{43}$/;
const STATE_MAX = 4_096;

/** @param query of a link, without the question mark */
export async function askedInLink(query: string, clients: OAuthClients): Promise<AskedOfPage> {
  const clientId = new URLSearchParams(query).get('client_id');
  const client = clientId === null ? undefined : await clients.find(clientId);
  if (client === undefined) return refused('No such client is registered here.');
  const { redirectUri, rest } = redirectIn(query, client.redirectUris);
  const fields: Fields = Object.fromEntries(new URLSearchParams(rest));
  const state = /(?:^|&)state=([^&]*)/.exec(rest)?.[1];
  return asked(client, redirectUri, state === undefined ? null : echoed(state), fields);
}

/** @param fields of the page's own form, where the state is encoded as it was in the link */
export async function askedInForm(fields: Fields, clients: OAuthClients): Promise<AskedOfPage> {
  const client = await clients.find(fields.client_id ?? '');
  if (client === undefined) return refused('No such client is registered here.');
  const state = fields.state;
  return asked(client, fields.redirect_uri, state === undefined ? null : echoed(state), fields);
}

/** What the page's form brings back. */
export function hiddenFieldsOf({ client, redirectUri, state, challenge }: AuthoriseRequest): Record<string, string> {
  return {
    response_type: 'code',
    client_id: client.clientId,
    redirect_uri: redirectUri,
    ...(state === null ? {} : { state }),
    ...(challenge === null ? {} : { code_challenge: challenge, code_challenge_method: 'S256' }),
  };
}

/** @param answer not encoded yet */
export function locationOf(
  redirectUri: string,
  state: string | null,
  answer: Readonly<Record<string, string>>,
): string {
  const written = new URLSearchParams(answer).toString();
  const echo = state === null ? '' : `&state=${state}`;
  return `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${written}${echo}`;
}

function asked(
  client: OAuthClient,
  redirectUri: string | undefined,
  state: string | null,
  fields: Fields,
): AskedOfPage {
  if (redirectUri === undefined || !client.redirectUris.includes(redirectUri))
    return refused('The link leads back to an address that the client has not registered.');
  const back = (error: string, description: string): AskedOfPage => ({
    kind: 'returned',
    location: locationOf(redirectUri, state, { error, error_description: description }),
  });
  if (state !== null && state.length > STATE_MAX)
    return { kind: 'returned', location: locationOf(redirectUri, null, { error: 'invalid_request' }) };
  if (fields.response_type !== 'code') return back('unsupported_response_type', 'response_type must be code');
  const challenge = fields.code_challenge ?? null;
  if (challenge === null && client.secretHash === null)
    return back('invalid_request', 'a public client must give a code_challenge');
  if (challenge !== null && fields.code_challenge_method !== 'S256')
    return back('invalid_request', 'code_challenge_method must be S256');
  if (challenge !== null && !CHALLENGE.test(challenge))
    return back('invalid_request', 'code_challenge must be 43 characters of base64url');
  return { kind: 'asked', request: { client, redirectUri, state, challenge } };
}

/**
 * Some clients put the redirect URI into the link without encoding it, its own `&` included: then the longest of the registered ones that
 * stands there is meant, and what follows it is the rest of the link.
 */
function redirectIn(query: string, registered: readonly string[]): { redirectUri: string | undefined; rest: string } {
  const found = /(?:^|&)redirect_uri=/.exec(query);
  if (found === null) return { redirectUri: undefined, rest: query };
  const written = query.slice(found.index + found[0].length);
  const [longest] = registered
    .filter((uri) => written === uri || written.startsWith(`${uri}&`))
    .sort((a, b) => b.length - a.length);
  if (longest !== undefined)
    return { redirectUri: longest, rest: query.slice(0, found.index) + written.slice(longest.length) };
  return { redirectUri: new URLSearchParams(query).get('redirect_uri') ?? undefined, rest: query };
}

/** As it is, but for what must not stand in a header: that is encoded, which changes nothing for who decodes it. */
function echoed(state: string): string {
  return state.replaceAll(/[^!$%'()*+,\-./0-9:;=?@A-Z[\]_a-z~]/gu, (sign) =>
    [...Buffer.from(sign, sign.charCodeAt(0) > 0xff ? 'utf8' : 'latin1')]
      .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join(''),
  );
}

function refused(message: string): AskedOfPage {
  return { kind: 'refused', message };
}
