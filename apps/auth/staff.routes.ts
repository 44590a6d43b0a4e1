// HTTP for the bank's own people: clients, customers' credentials, and who of the staff may do what.
import { type TProperties, Type } from '@sinclair/typebox';
import { holdsCardNumber } from '@tallystick/contracts';
import type { HttpRoutes } from '@tallystick/transport/service';
import type { Auth } from './auth.js';
import type { OAuthClient } from './oauth-clients.js';
import { badParam } from './refusals.js';
import type { StaffRole } from './staff-access.js';

const closed = <P extends TProperties>(properties: P) => Type.Object(properties, { additionalProperties: false });
const words = (maxLength: number) => Type.String({ minLength: 1, maxLength });

const client = {
  client_id: Type.String(),
  name: Type.String(),
  redirect_uris: Type.Array(Type.String()),
  confidential: Type.Boolean(),
};
const registered = Type.Object({
  ...client,
  client_secret: Type.Optional(Type.String({ description: 'told this once; none for a public client' })),
});
const clientBody = closed({
  name: words(100),
  redirect_uris: Type.Array(words(2_000), { minItems: 1, maxItems: 20 }),
  confidential: Type.Optional(Type.Boolean({ default: true })),
});
const userParam = closed({ user_id: Type.String({ pattern: '^user_[0-9A-Za-z]{1,64}$' }) });
const credentialsBody = closed({
  login_name: words(255),
  passphrase: Type.String({ minLength: 8, maxLength: 1_024 }),
});
const staffBody = closed({ name: words(100), role: Type.Union([Type.Literal('operator'), Type.Literal('reader')]) });
const staffParam = closed({ id: Type.String({ pattern: '^[a-z]{32}$' }) });

const OPERATORS: readonly StaffRole[] = ['operator'];
const ALL: readonly StaffRole[] = ['operator', 'reader'];

export function addStaffRoutes(routes: HttpRoutes, auth: Auth): void {
  addClients(routes, auth);
  addCredentials(routes, auth);
  addStaffTokens(routes, auth);
}

function addClients(routes: HttpRoutes, { staff, clients }: Auth): void {
  routes.add({
    method: 'POST',
    url: '/staff/oauth-clients',
    summary: 'Register a client; its secret is told this once',
    schemas: { body: clientBody, response: { 200: registered } },
    handle: async ({ body, headers }, reply) => {
      await staff.allow(headers, OPERATORS);
      const { name, redirect_uris, confidential = true } = body;
      refuseCardNumber('name', name);
      const made = await clients.register(name, redirect_uris, confidential);
      reply.header('cache-control', 'no-store');
      return { ...shown(made.client), ...(made.secret === null ? {} : { client_secret: made.secret }) };
    },
  });
  routes.add({
    method: 'GET',
    url: '/staff/oauth-clients',
    summary: 'The clients that are registered',
    schemas: { response: { 200: Type.Object({ clients: Type.Array(Type.Object(client)) }) } },
    handle: async ({ headers }) => {
      await staff.allow(headers, ALL);
      return { clients: (await clients.list()).map(shown) };
    },
  });
}

function addCredentials(routes: HttpRoutes, { staff, credentials }: Auth): void {
  routes.add({
    method: 'POST',
    url: '/staff/users/:user_id/credentials',
    summary: 'Say what a customer logs in with from now on',
    schemas: {
      params: userParam,
      body: credentialsBody,
      response: { 200: Type.Object({ user_id: Type.String(), login_name: Type.String() }) },
    },
    handle: async ({ params, body, headers }) => {
      await staff.allow(headers, OPERATORS);
      refuseCardNumber('login_name', body.login_name);
      await credentials.set(params.user_id, body.login_name, body.passphrase);
      return { user_id: params.user_id, login_name: body.login_name };
    },
  });
}

function addStaffTokens(routes: HttpRoutes, { staff }: Auth): void {
  const made = Type.Object({ id: Type.String(), name: Type.String(), role: Type.String(), token: Type.String() });
  routes.add({
    method: 'POST',
    url: '/staff/staff-tokens',
    summary: 'Make a token for somebody of the staff; it is told this once',
    schemas: { body: staffBody, response: { 200: made } },
    handle: async ({ body: { name, role }, headers }, reply) => {
      await staff.allow(headers, OPERATORS);
      reply.header('cache-control', 'no-store');
      return { ...(await staff.add(name, role)), name, role };
    },
  });
  routes.add({
    method: 'DELETE',
    url: '/staff/staff-tokens/:id',
    summary: 'Take a token of the staff away',
    schemas: { params: staffParam, response: { 200: Type.Object({}) } },
    handle: async ({ params, headers }) => {
      await staff.allow(headers, OPERATORS);
      await staff.remove(params.id);
      return {};
    },
  });
}

function shown({ clientId, name, redirectUris, secretHash }: OAuthClient) {
  return { client_id: clientId, name, redirect_uris: [...redirectUris], confidential: secretHash !== null };
}

function refuseCardNumber(field: string, value: string): void {
  if (holdsCardNumber(value)) throw badParam(field, `${field} looks like a card number`);
}
