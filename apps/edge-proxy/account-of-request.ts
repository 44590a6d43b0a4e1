// Which account a request names: what the switch goes by.

/** In this order: a transfer goes where the account it leaves goes. */
const NAMES = ['account_id', 'current_account_id', 'source_account_id', 'destination_account_id'];
const ACCOUNT = /^acc_[0-9A-Za-z]+$/;

/** @param query without its question mark */
export function accountInQuery(query: string): string | undefined {
  return query.includes('account_id') ? accountInForm(query) : undefined;
}

/** @returns undefined for a body that is neither a form nor JSON, or is malformed: its service refuses it */
export function accountInBody(contentType: string | undefined, body: Buffer): string | undefined {
  if (contentType?.startsWith('application/x-www-form-urlencoded') === true) return accountInForm(body.toString());
  if (contentType?.startsWith('application/json') !== true) return undefined;
  try {
    const value: unknown = JSON.parse(body.toString());
    if (typeof value !== 'object' || value === null) return undefined;
    return firstAccount((name) => Object.getOwnPropertyDescriptor(value, name)?.value);
  } catch {
    return undefined;
  }
}

function accountInForm(text: string): string | undefined {
  const fields = new URLSearchParams(text);
  return firstAccount((name) => fields.get(name));
}

function firstAccount(fieldNamed: (name: string) => unknown): string | undefined {
  for (const name of NAMES) {
    const value = fieldNamed(name);
    if (typeof value === 'string' && ACCOUNT.test(value)) return value;
  }
  return undefined;
}
