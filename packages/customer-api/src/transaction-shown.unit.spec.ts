// The transaction object, table by table, as the customer API's contract has it (7.5, 7.6 and 15).
import { describe, expect, it } from '@jest/globals';
import type { AccountId, CurrencyCode, MerchantId, TransactionId } from '@tallystick/ledger-core';
import { type Transaction, transactionShown } from './transaction-shown.js';

const at = (text: string) => BigInt(Date.parse(text)) * 1000n;
const CREATED = at('2026-03-01T10:15:30.120Z');

const payee = {
  id: 'merch_0000AbCdEf0123456789Gh' as MerchantId,
  name: 'Harbour Tea Room',
  category: 'eating_out',
  location: {
    address: '1 Quay',
    city: 'Dublin',
    region: null,
    country: 'IRL',
    postcode: null,
    latitude: 53_349_800,
    longitude: -6_260_300,
  },
};

/** A settled card payment abroad. */
const card: Transaction = {
  id: 'tx_0000AbCdEf0123456789Gh' as TransactionId,
  accountId: 'acc_0000AbCdEf0123456789Gh' as AccountId,
  created: CREATED,
  updated: at('2026-03-02T01:00:00Z'),
  settled: at('2026-03-02T01:00:00Z'),
  amount: -425n,
  currency: 'GBP' as CurrencyCode,
  kind: 'card',
  status: 'SETTLED',
  description: 'HARBOUR TEA ROOM      DUBLIN        IRL',
  mcc: '5812',
  category: null,
  localAmount: 500n,
  localCurrency: 'EUR',
  declineReason: null,
  related: null,
  payee,
  includeInSpending: true,
};

const shown = (changes: Partial<Transaction> = {}, expandMerchant = false, written = {}) =>
  transactionShown({ ...card, ...changes }, { ownerId: 'user_1', expandMerchant, written });

describe('a settled card payment abroad', () => {
  it('has every field that clients need, and none that they refuse', () => {
    expect(shown()).toEqual({
      id: 'tx_0000AbCdEf0123456789Gh',
      account_id: 'acc_0000AbCdEf0123456789Gh',
      user_id: 'user_1',
      created: '2026-03-01T10:15:30.120Z',
      updated: '2026-03-02T01:00:00.000Z',
      settled: '2026-03-02T01:00:00.000Z',
      amount: -425,
      currency: 'GBP',
      local_amount: -500,
      local_currency: 'EUR',
      amount_is_pending: false,
      description: 'HARBOUR TEA ROOM      DUBLIN        IRL',
      notes: '',
      metadata: { mcc: '5812' },
      merchant: 'merch_0000AbCdEf0123456789Gh',
      category: 'eating_out',
      categories: { eating_out: -425 },
      is_load: false,
      include_in_spending: true,
      scheme: 'mastercard',
      originator: false,
      dedupe_id: 'tx_0000AbCdEf0123456789Gh',
      counterparty: {},
      attachments: null,
      fees: {},
      labels: null,
      international: null,
      atm_fees_detailed: null,
      parent_account_id: '',
      can_add_to_tab: true,
      can_be_excluded_from_breakdown: true,
      can_be_made_subscription: false,
      can_split_the_bill: true,
      can_match_transactions_in_categorization: false,
    });
  });

  it('has its merchant whole where that is asked for', () => {
    expect(shown({}, true).merchant).toEqual({
      id: 'merch_0000AbCdEf0123456789Gh',
      group_id: 'grp_0000AbCdEf0123456789Gh',
      created: expect.stringMatching(/Z$/),
      name: 'Harbour Tea Room',
      category: 'eating_out',
      logo: '',
      emoji: '',
      online: false,
      atm: false,
      disable_feedback: false,
      address: {
        short_formatted: 'Dublin, IRL',
        formatted: '1 Quay, Dublin, IRL',
        address: '1 Quay',
        city: 'Dublin',
        region: '',
        country: 'IRL',
        postcode: '',
        latitude: 53.3498,
        longitude: -6.2603,
        zoom_level: 17,
        approximate: false,
      },
      metadata: {},
    });
  });

  it('has a whole address where no place is known', () => {
    expect(shown({ payee: { ...payee, location: null } }, true).merchant).toMatchObject({
      address: {
        address: '',
        city: '',
        region: '',
        country: '',
        postcode: '',
        latitude: 0,
        longitude: 0,
        formatted: '',
      },
    });
  });

  it.each([false, true])('has null where the descriptor names nobody (expanded: %p)', (expanded) => {
    expect(shown({ payee: { ...payee, id: null } }, expanded)).toMatchObject({
      merchant: null,
      category: 'eating_out',
    });
    expect(shown({ payee: null }, expanded)).toMatchObject({ merchant: null, category: 'general' });
  });

  it('has what was written beside it, and the bank’s own keys as they are', () => {
    const { notes, metadata } = shown({}, false, { notes: 'with Ann', colour: 'red', mcc: '0000' });
    expect([notes, metadata]).toEqual(['with Ann', { notes: 'with Ann', colour: 'red', mcc: '5812' }]);
  });
});

type Case = readonly [what: string, changes: Partial<Transaction>, expected: object];
const cases: readonly Case[] = [
  [
    'a hold that is not settled yet',
    { status: 'PENDING', settled: null },
    { settled: '', amount_is_pending: true, amount: -425 },
  ],
  [
    'a hold that was given back',
    { status: 'REVERSED', settled: null, amount: 0n, includeInSpending: false },
    { settled: '', amount_is_pending: false, amount: 0, local_amount: 0, include_in_spending: false },
  ],
  ['a payment at home', { localAmount: null, localCurrency: null }, { local_amount: -425, local_currency: 'GBP' }],
  [
    'a value date ahead of its recording',
    { updated: CREATED - 5_000_000n },
    { created: '2026-03-01T10:15:30.120Z', updated: '2026-03-01T10:15:30.120Z' },
  ],
  [
    'a refund',
    { kind: 'refund', amount: 425n, related: 'tx_original' },
    {
      user_id: '',
      local_amount: 500,
      metadata: { mcc: '5812', original_transaction_id: 'tx_original' },
      scheme: 'mastercard',
    },
  ],
  [
    'money of a dispute',
    { kind: 'dispute', amount: 40n, related: 'tx_original', payee: null, mcc: null, includeInSpending: false },
    { metadata: { original_transaction_id: 'tx_original' }, merchant: null, include_in_spending: false, user_id: '' },
  ],
  [
    'a deposit into a pot',
    { kind: 'pot', related: 'pot_1', description: 'pot_1', payee: null, mcc: null, includeInSpending: false },
    {
      scheme: 'uk_retail_pot',
      description: 'pot_1',
      merchant: null,
      counterparty: {},
      category: 'savings',
      metadata: { pot_id: 'pot_1', pot_deposit_id: 'potdep_0000AbCdEf0123456789Gh' },
      originator: true,
      user_id: 'user_1',
    },
  ],
  [
    'a withdrawal from a pot',
    { kind: 'pot', amount: 5n, related: 'pot_1', payee: null, mcc: null },
    { metadata: { pot_id: 'pot_1', pot_withdrawal_id: 'potwdr_0000AbCdEf0123456789Gh' }, originator: true },
  ],
  [
    'a transfer out',
    { kind: 'transfer', related: 'transfer_1', description: 'acc_9', payee: null, mcc: null },
    {
      scheme: 'p2p_payment',
      category: 'transfers',
      counterparty: { name: '', account_id: 'acc_9' },
      originator: true,
      metadata: { p2p_transfer_id: 'transfer_1' },
    },
  ],
  [
    'money that comes in',
    { kind: 'payment', amount: 900n, related: 'payment_1', payee: null, mcc: null, includeInSpending: false },
    {
      scheme: 'payport_faster_payments',
      category: 'income',
      user_id: '',
      merchant: null,
      originator: false,
      include_in_spending: false,
      metadata: { payment_id: 'payment_1' },
    },
  ],
];

describe.each(cases)('%s', (_, changes, expected) => {
  it('is shown as such', () => {
    const one = shown(changes);
    expect(one).toMatchObject(expected);
    expect(one).not.toHaveProperty('decline_reason');
    expect(Object.keys(one).sort()).toEqual(Object.keys(shown()).sort());
  });
});

describe('a decline', () => {
  it.each([
    ['insufficient_funds', 'INSUFFICIENT_FUNDS'],
    ['card_not_activated', 'CARD_INACTIVE'],
    ['card_frozen', 'CARD_BLOCKED'],
    ['wrong_cvc', 'INVALID_CVC'],
    ['daily_amount_limit', 'OTHER'],
    ['unknown_card', 'OTHER'],
    ['a reason of tomorrow', 'OTHER'],
  ])('because of %s is told as %s, the detail beside it', (declineReason, expected) => {
    const one = shown({ status: 'DECLINED', declineReason, settled: CREATED, includeInSpending: false });
    expect(one).toMatchObject({
      decline_reason: expected,
      settled: '',
      amount: -425,
      amount_is_pending: false,
      metadata: { decline_detail: declineReason },
    });
  });
});

describe('an amount that JSON can not hold', () => {
  it('is refused, not rounded', () => {
    expect(() => shown({ amount: -(2n ** 53n) })).toThrow('2^53');
  });
});
