// What the gateway is sent by the parts of the bench that don't go through wrk, and what of its answers they look at.

export function authorisationBody(card: string, amount: number): string {
  return `{"card":{"number":"${card}"},"amount":{"amount":${amount},"currency":"GBP"},"channel":"contactless","merchant":{"name":"Corner Shop London","mcc":"5411","country":"GB"}}`;
}

export interface Decided {
  readonly decision: string;
  readonly account_id: string;
  readonly transaction_id: string;
  /** For X-Min-Ledger-Position. */
  readonly position: string;
}

/** @throws where it isn't an approval */
export function approved({ status, body }: { readonly status: number; readonly body: string }): Decided {
  const answer: Decided = JSON.parse(body);
  if (status !== 200 || answer.decision !== 'approved')
    throw new Error(`an authorisation was not approved: ${status} ${body}`);
  return answer;
}
