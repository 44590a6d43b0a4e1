// What a receipt is stored as, and what is filled in where it is shown (customer API, section 10).
import type { Static } from '@sinclair/typebox';
import { holdsCardNumber } from '@tallystick/contracts';
import { badParam, missingParam } from '@tallystick/customer-api';
import type { receiptBody } from './receipts.schemas.js';

export type Receipt = Static<typeof receiptBody>;
type Item = Omit<Receipt['items'][number], 'sub_items'>;

/** As JSON, with what is known of a receipt and nothing else. @throws ProblemError, 400 */
export function receiptStored(receipt: Receipt): string {
  const { transaction_id, external_id, total, currency, items, taxes, payments, merchant } = receipt;
  for (const { type, amount } of payments ?? [])
    if (type !== 'gift_card' && (amount ?? null) === null) throw missingParam('payments.amount');
  const known: Receipt = {
    transaction_id,
    external_id,
    total,
    currency,
    items: items.map((item) => ({ ...itemShown(item), sub_items: (item.sub_items ?? []).map(itemShown) })),
    taxes: (taxes ?? []).map((tax) => given(tax, ['description', 'amount', 'currency', 'tax_number'])),
    payments: (payments ?? []).map((payment) => given(payment, PAYMENT)),
    merchant: given(merchant ?? {}, MERCHANT),
  };
  // Sealed or not, no card number is stored.
  if (textsIn(known).some(holdsCardNumber)) throw badParam('receipt', 'a text of the receipt looks like a card number');
  return JSON.stringify(known);
}

/** With what programs need though it was never set. @param stored as receiptStored made it */
export function receiptShown(receiptId: string, stored: string) {
  const { transaction_id, external_id, total, currency, items, taxes, payments, merchant }: Receipt =
    JSON.parse(stored);
  return {
    receipt_id: receiptId,
    id: receiptId,
    transaction_id,
    external_id,
    total,
    currency,
    items,
    taxes: (taxes ?? []).map((tax) => ({ ...tax, tax_number: tax.tax_number ?? '' })),
    payments: payments ?? [],
    merchant: {
      name: '',
      online: false,
      phone: '',
      email: '',
      store_name: '',
      store_address: '',
      store_postcode: '',
      ...merchant,
    },
  };
}

const PAYMENT = [
  'type',
  'amount',
  'currency',
  'last_four',
  'bin',
  'auth_code',
  'aid',
  'mid',
  'tid',
  'gift_card_type',
] as const;
const MERCHANT = ['name', 'online', 'phone', 'email', 'store_name', 'store_address', 'store_postcode'] as const;

function itemShown(item: Item): Item {
  return given(item, ['description', 'amount', 'currency', 'quantity', 'unit', 'tax']);
}

/** These fields, without those that are not there. */
function given<T extends object, K extends keyof T>(from: T, names: readonly K[]): Pick<T, K> {
  const entries = names.flatMap((name) => ((from[name] ?? null) === null ? [] : [[name, from[name]]]));
  return Object.fromEntries(entries);
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
