// A customer's program of a bank that runs, from its registration to an approved token.
import type { BankProcess } from '../bank/bank-process.suite.js';

const REDIRECT = 'http://127.0.0.1:9/back';
const PASSPHRASE = 'correct horse battery';

/** @param url where the program and the customer's browser ask. @returns a token that its customer has approved */
export async function approvedToken(bank: BankProcess, url: string, userId: string): Promise<string> {
  const login = { login_name: `login-of-${userId}`, passphrase: PASSPHRASE };
  const client = await bank.post('/staff/oauth-clients', undefined, { name: 'Spec', redirect_uris: [REDIRECT] });
  await bank.post(`/staff/users/${userId}/credentials`, undefined, login);
  const { client_id, client_secret } = client.body;
  const form = async (path: string, fields: Readonly<Record<string, string>>) =>
    await fetch(url + path, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });
  const asked = { client_id: String(client_id), redirect_uri: REDIRECT };
  const page = await form('/oauth2/authorise', { ...asked, response_type: 'code', ...login });
  const code = new URL(page.headers.get('location') ?? '').searchParams.get('code') ?? '';
  const grant = { ...asked, grant_type: 'authorization_code', client_secret: String(client_secret), code };
  const granted: unknown = await (await form('/oauth2/token', grant)).json();
  await approve(url, login, String(client_id));
  return String(Reflect.get(Object(granted), 'access_token'));
}

async function approve(url: string, login: object, clientId: string): Promise<void> {
  const send = async (fields: object): Promise<object> => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${url}/oauth2/approvals`, { method: 'POST', headers, body: JSON.stringify(fields) });
    return Object(await answer.json());
  };
  const { session, clients } = (await send(login)) as {
    session: string;
    clients: { client_id: string; request: string }[];
  }; // as the route answers
  const request = clients.find(({ client_id }) => client_id === clientId)?.request;
  await send({ session, client_id: clientId, request, decision: 'approve' });
}
