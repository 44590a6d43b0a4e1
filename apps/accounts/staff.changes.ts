// What staff change about an account or a card, as the ledger's commands.
import {
  type AccountCommand,
  type CardControls,
  type CardId,
  type CardLimits,
  chart,
  type PaymentId,
  STAFF,
} from '@tallystick/ledger-core';
import { badParam, missingParam } from '@tallystick/transport/service';
import { currencyOf, storable } from './staff.refusals.js';
import type { Change, PaymentBody } from './staff.schemas.js';

/** Of a card that is issued; staff change them later. */
export const NO_LIMITS: CardLimits = {
  perTransaction: null,
  dailyAmount: null,
  monthlyAmount: null,
  dailyCash: null,
  dailyCount: null,
  monthlyCount: null,
};
export const ALL_CHANNELS: CardControls = {
  online: true,
  contactless: true,
  atm: true,
  magstripe: true,
  blockedCategories: [],
};

/** @throws ProblemError, 400 */
export function paymentOf({ payment_id, amount }: PaymentBody): AccountCommand {
  return {
    type: 'ReceivePayment',
    paymentId: storable('payment_id', payment_id) as PaymentId,
    scheme: 'staff',
    amount: BigInt(amount.amount),
    currency: currencyOf(amount.currency),
    nostro: chart.nostro('main'),
    personal: null,
  };
}

/** @throws ProblemError, 400, where a field that the change needs is missing */
export function commandOf(body: Change): AccountCommand {
  const cardId = body.card_id as CardId | undefined;
  const card = (): CardId => {
    if (cardId === undefined) throw missingParam('card_id');
    return cardId;
  };
  switch (body.change) {
    case 'freeze':
      return { type: 'FreezeAccount', reason: storable('reason', body.reason ?? '') };
    case 'unfreeze':
      return { type: 'UnfreezeAccount' };
    case 'close':
      return { type: 'CloseAccount' };
    case 'set_overdraft_limit':
      if (body.overdraft_limit === undefined) throw missingParam('overdraft_limit');
      return { type: 'SetOverdraftLimit', overdraftLimit: BigInt(body.overdraft_limit) };
    case 'add_owner':
    case 'remove_owner':
      if (body.user_id === undefined) throw missingParam('user_id');
      return {
        type: body.change === 'add_owner' ? 'AddAccountOwner' : 'RemoveAccountOwner',
        userId: storable('user_id', body.user_id),
      };
    case 'activate_card':
      return { type: 'ActivateCard', cardId: card() };
    case 'freeze_card':
      return { type: 'FreezeCard', cardId: card(), frozenBy: STAFF };
    case 'unfreeze_card':
      return { type: 'UnfreezeCard', cardId: card(), unfrozenBy: STAFF };
    case 'report_card_lost':
      return { type: 'ReportCardLost', cardId: card() };
    case 'report_card_stolen':
      return { type: 'ReportCardStolen', cardId: card() };
    case 'cancel_card':
      return { type: 'CancelCard', cardId: card(), reason: storable('reason', body.reason ?? '') };
    case 'set_card_limits':
      return { type: 'SetCardLimits', cardId: card(), limits: limitsOf(body.limits) };
    case 'set_card_controls':
      return { type: 'SetCardControls', cardId: card(), controls: controlsOf(body.controls) };
    default:
      throw badParam('change', 'there is no such change');
  }
}

function limitsOf(limits: Change['limits']): CardLimits {
  if (limits === undefined) throw missingParam('limits');
  const amount = (value: number | undefined) => (value === undefined ? null : BigInt(value));
  return {
    perTransaction: amount(limits.per_transaction),
    dailyAmount: amount(limits.daily_amount),
    monthlyAmount: amount(limits.monthly_amount),
    dailyCash: amount(limits.daily_cash),
    dailyCount: limits.daily_count ?? null,
    monthlyCount: limits.monthly_count ?? null,
  };
}

function controlsOf(controls: Change['controls']): CardControls {
  if (controls === undefined) throw missingParam('controls');
  const { online, contactless, atm, magstripe, blocked_categories: blockedCategories } = controls;
  return { online, contactless, atm, magstripe, blockedCategories };
}
