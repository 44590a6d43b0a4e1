// Who am I, and goodbye (customer-api.md, 3.4 to 3.6).
import type { IncomingHttpHeaders } from 'node:http';
import { Type } from '@sinclair/typebox';
import type { HttpRoutes } from '@tallystick/transport/service';
import type { Auth } from './auth.js';
import { authRequired, badAccessToken } from './refusals.js';
import type { KnownToken } from './token-lookup.js';

const BEARER = /^Bearer +(\S+) *$/i;

export function addPingRoutes(routes: HttpRoutes, auth: Auth): void {
  routes.add({
    method: 'GET',
    url: '/ping',
    summary: 'Whether anybody is there',
    refusals: [500],
    schemas: { response: { 200: Type.Object({ ping: Type.Literal('pong') }) } },
    handle: async () => ({ ping: 'pong' }),
  });
  routes.add({
    method: 'GET',
    url: '/ping/whoami',
    summary: 'Whose token this is',
    refusals: [401, 500, 503, 504],
    security: 'customer',
    schemas: {
      response: {
        200: Type.Object({ authenticated: Type.Literal(true), client_id: Type.String(), user_id: Type.String() }),
      },
    },
    handle: async ({ headers }) => {
      const { clientId, userId } = (await bearerOf(auth, headers)).grant;
      return { authenticated: true, client_id: clientId, user_id: userId };
    },
  });
  for (const url of ['/oauth2/logout', '/ping/logout']) {
    routes.add({
      method: 'POST',
      url,
      summary: 'End the token, and the refresh token that was given with it',
      refusals: [400, 401, 413, 415, 500, 503, 504],
      security: 'customer',
      schemas: { response: { 200: Type.Object({}) } },
      handle: async ({ headers }) => {
        const { hash, grant } = await bearerOf(auth, headers);
        await auth.grants.logOut(grant.userId, grant.clientId, hash);
        return {};
      },
    });
  }
}

/** @throws ProblemError, 401 */
async function bearerOf(auth: Auth, { authorization }: IncomingHttpHeaders): Promise<KnownToken> {
  if (authorization === undefined) throw authRequired();
  const found = await auth.tokens.find(BEARER.exec(authorization)?.[1] ?? '');
  if (typeof found === 'string') throw badAccessToken(found);
  return found;
}
