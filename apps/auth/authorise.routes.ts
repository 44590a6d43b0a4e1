// The page where a customer logs in for a client (customer-api.md, 3.1).
import type { Static } from '@sinclair/typebox';
import { type HttpRoutes, ProblemError } from '@tallystick/transport/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Auth } from './auth.js';
import { type AuthoriseRequest, askedInForm, askedInLink, hiddenFieldsOf, locationOf } from './authorise-request.js';
import { errorPage, loginForm, sendPage } from './pages.js';
import { addressOf, fieldsSchema } from './request-fields.js';

const PATH = '/oauth2/authorise';
const body = fieldsSchema(
  'client_id',
  'redirect_uri',
  'response_type',
  'state',
  'code_challenge',
  'code_challenge_method',
  'login_name',
  'passphrase',
);
type Login = FastifyRequest<{ Body: Static<typeof body> }>;

const SUMMARY = 'The page where a customer logs in for a client';

export function addAuthoriseRoutes(routes: HttpRoutes, auth: Auth): void {
  const { rootHost } = auth.configuration;
  for (const url of rootHost === '' ? [PATH] : [PATH, '/']) {
    routes.add({
      method: 'GET',
      url,
      summary: SUMMARY,
      otherTypes: { 'text/html': [200, 302, 400] },
      refusals: [404, 500, 503, 504],
      schemas: { response: {} },
      handle: async (request, reply) => {
        if (url === '/' && rootHost !== '*' && request.hostname !== rootHost) throw notFound();
        const asked = await askedInLink(queryOf(request.url), auth.clients);
        if (asked.kind === 'asked') return sendLogin(reply, asked.request, 200, null);
        if (asked.kind === 'returned') return redirect(reply, asked.location);
        return sendPage(reply, 400, 'This link does not work', errorPage(asked.message));
      },
    });
  }
  routes.add({
    method: 'POST',
    url: PATH,
    summary: 'Log in for a client',
    form: true,
    otherTypes: { 'text/html': [302, 400, 401, 429] },
    refusals: [400, 413, 415, 500, 503, 504],
    schemas: { body, response: {} },
    handle: (request, reply) => logIn(auth, request, reply),
  });
}

async function logIn(auth: Auth, request: Login, reply: FastifyReply): Promise<FastifyReply> {
  const fields = request.body;
  const asked = await askedInForm(fields, auth.clients);
  if (asked.kind === 'refused') return sendPage(reply, 400, 'This link does not work', errorPage(asked.message));
  if (asked.kind === 'returned') return redirect(reply, asked.location);
  const { client, redirectUri, state, challenge } = asked.request;
  try {
    const address = addressOf(request, auth.configuration.proxies);
    const passphrase = fields.passphrase ?? '';
    const userId = await auth.credentials.userOf(fields.login_name ?? '', passphrase, address);
    const code = await auth.codes.give({ userId, clientId: client.clientId, redirectUri, challenge });
    return redirect(reply, locationOf(redirectUri, state, { code }));
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const { status, message, code, params } = error.problem;
    auth.counts.refused(code);
    if (params?.retry_after !== undefined) reply.header('retry-after', params.retry_after);
    return sendLogin(reply, asked.request, status, `${message[0]?.toUpperCase()}${message.slice(1)}.`);
  }
}

function queryOf(url: string): string {
  const mark = url.indexOf('?');
  return mark < 0 ? '' : url.slice(mark + 1);
}

function sendLogin(
  reply: FastifyReply,
  request: AuthoriseRequest,
  status: number,
  complaint: string | null,
): FastifyReply {
  const { client, redirectUri } = request;
  const intro = `${client.name} asks for access to your accounts. Once you have logged in, approve it in the bank's own app.`;
  const form = loginForm(PATH, intro, hiddenFieldsOf(request), complaint);
  return sendPage(reply, status, 'Log in', form, [policySourceOf(redirectUri)]);
}

/** Browsers hold a form's redirect to the policy, too. */
function policySourceOf(redirectUri: string): string {
  const { origin, protocol } = new URL(redirectUri);
  return origin === 'null' ? protocol : origin;
}

function redirect(reply: FastifyReply, location: string): FastifyReply {
  return reply
    .code(302)
    .type('text/html; charset=utf-8')
    .headers({ location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' })
    .send('');
}

function notFound(): ProblemError {
  return new ProblemError({ status: 404, code: 'not_found', message: 'there is nothing at this path' });
}
