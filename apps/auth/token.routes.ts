// POST /oauth2/token (customer-api.md, 3.2).
import { type Static, Type } from '@sinclair/typebox';
import type { HttpRoutes } from '@tallystick/transport/service';
import type { Auth } from './auth.js';
import type { Issued } from './grants.js';
import type { OAuthClient } from './oauth-clients.js';
import { badClient, badParam, invalidGrant, missingParam } from './refusals.js';
import { fieldsSchema, required } from './request-fields.js';

const answer = Type.Object({
  access_token: Type.String(),
  client_id: Type.String(),
  expires_in: Type.Integer({ description: 'seconds' }),
  refresh_token: Type.Optional(Type.String({ description: 'only for confidential clients' })),
  token_type: Type.Literal('Bearer'),
  user_id: Type.String(),
});

const body = fieldsSchema(
  'grant_type',
  'client_id',
  'client_secret',
  'redirect_uri',
  'code',
  'code_verifier',
  'refresh_token',
);
type Fields = Static<typeof body>;

const BASIC = /^Basic +([A-Za-z0-9+/=_-]+)$/i;

interface ClientProof {
  readonly clientId: string | undefined;
  readonly secret: string | undefined;
}

export function addTokenRoute(routes: HttpRoutes, auth: Auth): void {
  routes.add({
    method: 'POST',
    url: '/oauth2/token',
    summary: 'Exchange an authorisation code, or a refresh token, for an access token',
    form: true,
    refusals: [400, 401, 413, 415, 500, 503, 504],
    schemas: { body, response: { 200: answer } },
    handle: async ({ body: fields, headers }, reply) => {
      const proof = proofOf(headers.authorization, fields);
      reply.header('cache-control', 'no-store');
      const grantType = required(fields.grant_type, 'grant_type');
      if (grantType === 'authorization_code') return shown(await exchangeCode(auth, fields, proof), auth, grantType);
      if (grantType === 'refresh_token') return shown(await refresh(auth, fields, proof), auth, grantType);
      throw badParam('grant_type', 'grant_type is authorization_code or refresh_token');
    },
  });
}

async function exchangeCode(auth: Auth, fields: Fields, proof: ClientProof): Promise<Issued> {
  const client = await clientOf(auth, proof);
  const redirectUri = required(fields.redirect_uri, 'redirect_uri');
  const code = required(fields.code, 'code');
  const { clientId } = client;
  const checked = await auth.codes.check({ code, clientId, redirectUri, verifier: fields.code_verifier });
  const isConfidential = client.secretHash !== null;
  // The authorise page sees to it; a client that became public meanwhile has no proof at all.
  if (!isConfidential && checked.challenge === null) throw invalidGrant();
  const { userId, hash, expiresAtMs } = checked;
  // Whose login was taken away since.
  if (!(await auth.credentials.has(userId))) throw invalidGrant();
  return auth.grants.start({ userId, clientId, codeHash: hash, codeExpiresAtMs: expiresAtMs, isConfidential });
}

async function refresh(auth: Auth, fields: Fields, proof: ClientProof): Promise<Issued> {
  const client = await clientOf(auth, proof);
  return auth.grants.refresh(required(fields.refresh_token, 'refresh_token'), client.clientId);
}

function clientOf(auth: Auth, { clientId, secret }: ClientProof): Promise<OAuthClient> {
  if (clientId === undefined || clientId === '') throw missingParam('client_id');
  return auth.clients.authenticate(clientId, secret);
}

/** From the body, or from HTTP Basic; a bearer token says nothing here, for some clients send their expired one along. */
function proofOf(authorization: string | undefined, fields: Fields): ClientProof {
  const basic = BASIC.exec(authorization ?? '')?.[1];
  const inBody = { clientId: fields.client_id, secret: fields.client_secret };
  if (basic === undefined) return inBody;
  const [clientId = '', ...secret] = Buffer.from(basic, 'base64').toString('utf8').split(':');
  if (inBody.clientId !== undefined && inBody.clientId !== clientId) throw badClient();
  return { clientId, secret: secret.join(':') };
}

function shown(issued: Issued, auth: Auth, grantType: 'authorization_code' | 'refresh_token') {
  auth.counts.issued(grantType);
  const { accessToken, clientId, expiresInSeconds, refreshToken, userId } = issued;
  return {
    access_token: accessToken,
    client_id: clientId,
    expires_in: expiresInSeconds,
    ...(refreshToken === null ? {} : { refresh_token: refreshToken }),
    token_type: 'Bearer' as const,
    user_id: userId,
  };
}
