// Where a customer approves clients: a page, and the same as JSON for the bank's own app.
import { type Static, Type } from '@sinclair/typebox';
import { type HttpRoutes, ProblemError } from '@tallystick/transport/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ListedClient } from './approvals.js';
import type { Auth } from './auth.js';
import { approvalsPage, loginForm, sendPage } from './pages.js';
import { badParam } from './refusals.js';
import { addressOf, fieldsSchema, isJson, required } from './request-fields.js';

const PATH = '/oauth2/approvals';
const TITLE = 'Programs with access';
const INTRO = 'Log in to see which programs ask for access to your accounts.';

const body = fieldsSchema('login_name', 'passphrase', 'session', 'client_id', 'request', 'decision');
const answer = Type.Object({
  session: Type.String(),
  clients: Type.Array(
    Type.Object({
      client_id: Type.String(),
      name: Type.String(),
      request: Type.String({ description: 'the login that a decision is about' }),
      asked: Type.String({ description: 'a time' }),
      approved: Type.Union([Type.String(), Type.Null()], { description: 'a time' }),
    }),
  ),
});
type Fields = Static<typeof body>;
type Approval = FastifyRequest<{ Body: Fields }>;

interface Approving {
  readonly session: string;
  readonly clients: readonly ListedClient[];
}

export function addApprovalRoutes(routes: HttpRoutes, auth: Auth): void {
  routes.add({
    method: 'GET',
    url: PATH,
    summary: 'The page where a customer approves clients',
    otherTypes: { 'text/html': [200] },
    refusals: [500],
    schemas: { response: {} },
    handle: async (_, reply) => sendPage(reply, 200, TITLE, loginForm(PATH, INTRO, {}, null)),
  });
  routes.add({
    method: 'POST',
    url: PATH,
    summary: 'Log in, list the clients that ask for access, approve or deny one',
    form: true,
    otherTypes: { 'text/html': [200, 400, 401, 404, 429] },
    refusals: [400, 401, 404, 413, 415, 429, 500, 503, 504],
    schemas: { body, response: { 200: answer } },
    handle: async (request, reply) => {
      if (!isJson(request)) return answerPage(auth, request, reply);
      const { session, clients } = await approving(auth, request);
      return reply.header('cache-control', 'no-store').send({ session, clients: clients.map(shown) });
    },
  });
}

async function answerPage(auth: Auth, request: Approval, reply: FastifyReply): Promise<FastifyReply> {
  try {
    const { session, clients } = await approving(auth, request);
    return sendPage(reply, 200, TITLE, approvalsPage(PATH, session, clients));
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const { status, message, code, params } = error.problem;
    auth.counts.refused(code);
    if (params?.retry_after !== undefined) reply.header('retry-after', params.retry_after);
    const complaint = `${message[0]?.toUpperCase()}${message.slice(1)}.`;
    return sendPage(reply, status, TITLE, loginForm(PATH, INTRO, {}, complaint));
  }
}

/** Decides where a decision is asked for, and lists what there is then. @throws ProblemError: 400, 401, 429 */
async function approving(auth: Auth, request: Approval): Promise<Approving> {
  const fields = request.body;
  const { userId, session } = await userOf(auth, fields, addressOf(request, auth.configuration.proxies));
  const decision = fields.decision;
  if (decision !== undefined) {
    if (decision !== 'approve' && decision !== 'deny') throw badParam('decision', 'decision is approve or deny');
    await auth.grants.decide(
      userId,
      required(fields.client_id, 'client_id'),
      required(fields.request, 'request'),
      decision,
    );
  }
  return { session, clients: await auth.approvals.list(userId) };
}

async function userOf(auth: Auth, fields: Fields, address: string): Promise<{ userId: string; session: string }> {
  const session = fields.session;
  if (session !== undefined) return { userId: await auth.approvals.userOf(session), session };
  return auth.approvals.logIn(
    required(fields.login_name, 'login_name'),
    required(fields.passphrase, 'passphrase'),
    address,
  );
}

function shown({ clientId, name, request, askedAtMs, approvedAtMs }: ListedClient) {
  return {
    client_id: clientId,
    name,
    request,
    asked: new Date(askedAtMs).toISOString(),
    approved: approvedAtMs === null ? null : new Date(approvedAtMs).toISOString(),
  };
}
