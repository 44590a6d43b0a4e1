// The commands of the drill, and what each looks like over HTTP.
import type { Authorisation, Customer } from './customers.js';

export type Command = { readonly key: string } & (
  | { readonly kind: 'authorise'; readonly customer: Customer; readonly amount: number }
  | { readonly kind: 'clear'; readonly authorisation: Authorisation; readonly amount: number; readonly final: boolean }
  /** `replacement` is the new authorised total; null takes back everything. */
  | { readonly kind: 'reverse'; readonly authorisation: Authorisation; readonly replacement: number | null }
  | { readonly kind: 'refund'; readonly customer: Customer; readonly amount: number }
  | { readonly kind: 'transfer'; readonly source: Customer; readonly destination: Customer; readonly amount: number }
);

export interface HttpRequest {
  /** Whose door it is; an embedded bank has one for all. */
  readonly service: 'card-processing' | 'payments';
  readonly path: string;
  readonly body: string;
  readonly needsStaff: boolean;
}

const MERCHANT = { name: 'Corner Shop London', mcc: '5411', country: 'GB' };
const money = (amount: number) => ({ amount, currency: 'GBP' });
const cardOf = ({ card }: Customer) => ({ number: card });

export function requestOf(command: Command): HttpRequest {
  switch (command.kind) {
    case 'authorise':
      return gateway('authorisations', {
        card: cardOf(command.customer),
        amount: money(command.amount),
        merchant: MERCHANT,
      });
    case 'clear': {
      const { authorisation, amount, final, key } = command;
      const about = { card: cardOf(authorisation.customer), authorisation_id: authorisation.id };
      return gateway('clearings', { ...about, amount: money(amount), final, merchant: MERCHANT, clearing_key: key });
    }
    case 'reverse': {
      const { authorisation, replacement } = command;
      const about = { card: cardOf(authorisation.customer), authorisation_id: authorisation.id };
      return gateway('reversals', {
        ...about,
        ...(replacement === null ? {} : { replacement_amount: money(replacement) }),
      });
    }
    case 'refund':
      return gateway('refunds', {
        card: cardOf(command.customer),
        amount: money(command.amount),
        merchant: MERCHANT,
        refund_key: command.key,
      });
    case 'transfer': {
      const { source, destination, amount } = command;
      const body = { source_account_id: source.id, destination_account_id: destination.id, amount: money(amount) };
      return { service: 'payments', path: '/staff/transfers', body: JSON.stringify(body), needsStaff: true };
    }
  }
}

function gateway(name: string, body: object): HttpRequest {
  return { service: 'card-processing', path: `/gateway/${name}`, body: JSON.stringify(body), needsStaff: false };
}
