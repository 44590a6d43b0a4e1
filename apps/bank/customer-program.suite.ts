// A customer's program at a bank that runs, given its token in the way of OAuth.
import type { Answered } from './bank-process.suite.js';

const REDIRECT = 'http://127.0.0.1:9/back';
const PASSPHRASE = 'correct horse battery';

/** Where staff and customers come in. */
export interface Doors {
  /** Of customers. */
  readonly url: string;
  /** As staff. */
  post(path: string, key: string | undefined, body: unknown): Promise<Answered>;
}

export interface Approvable {
  readonly token: string;
  /** As the customer, in the bank's own app. */
  approve(): Promise<void>;
}

/** Gives the user something to log in with, registers a program, and has it ask for a token: one that is not approved yet. */
export async function programOf(bank: Doors, userId: string): Promise<Approvable> {
  const login = { login_name: `${userId}@example.com`, passphrase: PASSPHRASE };
  await staff(bank, `/staff/users/${userId}/credentials`, login);
  const client = await staff(bank, '/staff/oauth-clients', { name: 'Spec', redirect_uris: [REDIRECT] });
  const client_id = String(client.client_id);
  const asked = { client_id, redirect_uri: REDIRECT, response_type: 'code' };
  const page = await form(bank, '/oauth2/authorise', { ...asked, ...login });
  const code = new URL(page.headers.get('location') ?? '').searchParams.get('code') ?? '';
  const client_secret = String(client.client_secret);
  const grant = { grant_type: 'authorization_code', client_id, client_secret, redirect_uri: REDIRECT, code };
  const answer: unknown = await (await form(bank, '/oauth2/token', grant)).json();
  return {
    token: String(Reflect.get(Object(answer), 'access_token')),
    approve: () => approve(bank, login, client_id),
  };
}

async function approve(bank: Doors, login: object, clientId: string): Promise<void> {
  const send = async (fields: object): Promise<object> => {
    const headers = { 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body: JSON.stringify(fields) };
    return Object(await (await fetch(`${bank.url}/oauth2/approvals`, init)).json());
  };
  const { session, clients } = (await send(login)) as {
    session: string;
    clients: { client_id: string; request: string }[];
  }; // as the route answers
  const request = clients.find(({ client_id }) => client_id === clientId)?.request;
  await send({ session, client_id: clientId, request, decision: 'approve' });
}

/** What staff ask for and must have. */
export async function staff(
  bank: Pick<Doors, 'post'>,
  path: string,
  body: unknown,
  key?: string,
): Promise<Readonly<Record<string, unknown>>> {
  const answer = await bank.post(path, key, body);
  if (answer.status !== 200) throw new Error(`${path}: ${answer.text}`);
  return answer.body;
}

async function form(bank: Doors, path: string, fields: Readonly<Record<string, string>>): Promise<Response> {
  return await fetch(bank.url + path, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });
}
