// A card as its holder is shown it: never its number, only the last four digits.
import { instantShown } from '@tallystick/customer-api';
import { exactAmount } from '@tallystick/transport/service';
import type { OwnCard } from './own-cards.js';

const LAST_FOUR = /[0-9]{4}$/;

export function cardShown({ card, account }: OwnCard) {
  const { cardId, masked, expiry, status, frozen, controls, limits, issuedAt, replacedBy } = card;
  return {
    id: String(cardId),
    account_id: String(account.id),
    created: instantShown(issuedAt),
    status: status.toLowerCase(),
    frozen,
    last_four: LAST_FOUR.exec(masked ?? '')?.[0] ?? '',
    expires: expiry ?? '',
    replaced_by: replacedBy === null ? '' : String(replacedBy),
    controls: {
      online: controls.online,
      contactless: controls.contactless,
      atm: controls.atm,
      magstripe: controls.magstripe,
      blocked_categories: controls.blockedCategories,
    },
    limits: {
      per_transaction: amount(limits.perTransaction),
      daily_amount: amount(limits.dailyAmount),
      monthly_amount: amount(limits.monthlyAmount),
      daily_cash: amount(limits.dailyCash),
      daily_count: limits.dailyCount,
      monthly_count: limits.monthlyCount,
    },
  };
}

function amount(limit: bigint | null): number | null {
  return limit === null ? null : exactAmount(limit);
}
