// The expanded merchant of a transaction (customer API, 7.6): every field, always, since clients refuse one that is half filled.
import type { ResponseOf, transactionsContract } from '@tallystick/contracts';
import type { MerchantLocation } from '@tallystick/ledger-core';

type Transaction = NonNullable<ResponseOf<(typeof transactionsContract)['methods']['get']>['found']>;
export type Payee = NonNullable<Transaction['payee']>;

const MICRODEGREES = 1_000_000;
/** Merchants are known by the registry's rules, which have no date: their ids carry the same time. */
const CREATED = '1970-01-01T00:00:00.000Z';

/** Null where the descriptor names nobody: without an id it is no merchant. */
export function merchantShown({ id, name, category, location }: Payee) {
  if (id === null) return null;
  return {
    id: String(id),
    group_id: `grp_${id.slice(id.indexOf('_') + 1)}`,
    created: CREATED,
    name,
    category,
    logo: '',
    emoji: '',
    online: false,
    atm: false,
    disable_feedback: false,
    address: addressShown(location),
    metadata: {},
  };
}

function addressShown(location: MerchantLocation | null) {
  const { address, city, region, country, postcode, latitude, longitude } = location ?? {};
  const parts = [address, city, postcode, country].filter((part) => typeof part === 'string' && part !== '');
  return {
    short_formatted: [city, country].filter((part) => typeof part === 'string' && part !== '').join(', '),
    formatted: parts.join(', '),
    address: address ?? '',
    city: city ?? '',
    region: region ?? '',
    country: country ?? '',
    postcode: postcode ?? '',
    latitude: (latitude ?? 0) / MICRODEGREES,
    longitude: (longitude ?? 0) / MICRODEGREES,
    zoom_level: 17,
    approximate: latitude === undefined || latitude === null,
  };
}
