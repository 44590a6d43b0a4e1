import { describe, expect, it } from '@jest/globals';
import type { AccountId, CurrencyCode, EntryId } from './brands.js';
import { chart, customerOf, isGeneralLedger } from './chart.js';
import { checked, currencyOfNumber, exponentOf, formatMinor, isCurrency, MoneyOverflow } from './money.js';
import { credit, debit, journalEntry, whyUnbalanced } from './posting.js';

describe('money', () => {
  it.each([
    ['JPY', 0, 1205n, '1205'],
    ['GBP', 2, -1205n, '-12.05'],
    ['GBP', 2, 5n, '0.05'],
    ['KWD', 3, 1205n, '1.205'],
    ['CLF', 4, -1n, '-0.0001'],
  ])('of %s has %d digits of minor units', (currency, exponent, amount, text) => {
    expect(exponentOf(currency)).toBe(exponent);
    expect(formatMinor(amount, currency)).toBe(text);
  });

  it('knows currencies by code and by number', () => {
    expect(isCurrency('GBP')).toBe(true);
    expect(isCurrency('GBX')).toBe(false);
    expect(currencyOfNumber('826')).toBe('GBP');
    expect(() => exponentOf('XYZ')).toThrow('XYZ is not an ISO 4217 currency');
  });

  it('stays within 64 bits', () => {
    expect(checked(2n ** 63n - 1n)).toBe(2n ** 63n - 1n);
    expect(() => checked(2n ** 63n)).toThrow(MoneyOverflow);
    expect(() => checked(-(2n ** 63n) - 1n)).toThrow(MoneyOverflow);
  });
});

describe('a journal entry', () => {
  const [gbp, usd] = ['GBP' as CurrencyCode, 'USD' as CurrencyCode];
  const entryId = 'entry_1' as EntryId;

  it('balances in each currency by itself', () => {
    const mixed = [debit(chart.fees, 5n, gbp), credit(chart.interchange, 5n, usd)];
    expect(whyUnbalanced(mixed)).toBe('GBP: debits minus credits is 5');
    expect(() => journalEntry(entryId, mixed)).toThrow('entry entry_1 is unbalanced');
  });

  it('has at least two postings, each above zero', () => {
    expect(whyUnbalanced([debit(chart.fees, 5n, gbp)])).toBe('an entry has at least two postings');
    const zero = [debit(chart.fees, 0n, gbp), credit(chart.fees, 0n, gbp)];
    expect(whyUnbalanced(zero)).toBe('income:fees: the amount 0 is not above zero');
  });
});

describe('the chart of accounts', () => {
  it('tells customers from the bank itself', () => {
    const accountId = 'acc_1' as AccountId;
    expect(customerOf(chart.customer(accountId))).toBe(accountId);
    expect(customerOf(chart.fees)).toBeUndefined();
    expect(isGeneralLedger(chart.customer(accountId))).toBe(false);
    for (const name of [chart.fxLoss, chart.fx('USD'), chart.nostro('import'), chart.schemeSettlement('visa')])
      expect(isGeneralLedger(name)).toBe(true);
  });
});
