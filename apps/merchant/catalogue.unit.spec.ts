import { describe, expect, it } from '@jest/globals';
import { Catalogue } from './catalogue.js';
import { CATEGORIES } from './categories.js';
import { categoryOfMcc } from './mcc.js';
import { normalise } from './normalise.js';
import { CATALOGUE_VERSION, registryRules } from './registry/registry.js';
import { type BrandRow, nobody, rulesOf } from './rules.js';

const NOTHING = { mcc: null, category: null, country: null };

function catalogue(...brands: BrandRow[]): Catalogue {
  const rules = rulesOf({ source: 'seed:spec', category: 'groceries', brands });
  return new Catalogue('spec', [...rules, ...nobody('seed:spec', 'cash', ['cash advance'])]);
}

describe('of the rules that a descriptor matches', () => {
  const of = catalogue(
    ['Exact', '=tesco pay at pump'],
    ['Longer', 'tesco pay'],
    ['Shorter', 'tesco'],
    ['Open', 'sains*'],
    ['Anywhere', '~welcome break'],
    ['Long', 'holiday inn express'],
  );
  it.each([
    ['TESCO PAY AT PUMP 4203', 'Exact', 'exact:tesco pay at pump seed:spec', 97],
    ['TESCO PAY AT PUMPS', 'Longer', 'prefix:tesco pay seed:spec', 95],
    ['TESCO METRO', 'Shorter', 'prefix:tesco seed:spec', 95],
    ['SAINSBURYS', 'Open', 'prefix:sains* seed:spec', 95],
    ['TESCO AT WELCOME BREAK', 'Shorter', 'prefix:tesco seed:spec', 95],
    ['KFC WELCOME BREAK', 'Anywhere', 'words:welcome break seed:spec', 85],
    ['holiday inn expres', 'Long', 'cut prefix:holiday inn express seed:spec', 75],
    ['holiday inn expo', 'Holiday Inn Expo', 'derived', 55],
    ['MOON AND SPOON', 'Moon Spoon', 'derived', 65],
    ['www.moon.co.uk', 'Moon', 'derived', 70],
    ['CASH ADVANCE FEE', 'CASH ADVANCE FEE', 'prefix:cash advance seed:spec', 0],
    ['4423', '4423', 'none', 0],
  ])('%s is decided by the surest: %s', (descriptor, name, rule, confidence) => {
    const match = of.match({ ...NOTHING, descriptor });
    expect(match).toMatchObject({ name, rule, confidence });
    expect(match.merchantId === null).toBe(confidence === 0);
  });
});

describe('the category', () => {
  const of = catalogue(['Aldi', 'aldi']);
  it.each([
    ['the registry', 'aldi', '5812', 'Vehicle Fuel', 'groceries', 'registry'],
    ['a machine that gives cash, whoever keeps it', 'tesco', '6011', 'Purchases Food', 'cash', 'mcc:6011'],
    ['the merchant category code', 'corner hotel', '5812', 'Vehicle Fuel', 'eating_out', 'mcc:5812'],
    ['the imported text', 'corner hotel', '1520', 'Vehicle Fuel', 'transport', 'imported:Vehicle Fuel'],
    ['a keyword', 'corner hotel', null, 'Equip Operational', 'holidays', 'keyword:hotel'],
    ['nothing', 'corner', null, null, 'general', 'none'],
  ])('is said by %s', (_, descriptor, mcc, category, expected, evidence) => {
    expect(of.match({ descriptor, mcc, category, country: null })).toMatchObject({ category: expected, evidence });
  });

  it('follows from codes as the standard means them', () => {
    const some = ['5411', '5814', '4121', '7011', '6011', '5912', '3005', '3501', '8398', '1520', '9999'];
    expect(some.map(categoryOfMcc)).toEqual([
      ...['groceries', 'eating_out', 'transport', 'holidays', 'cash', 'health', 'holidays', 'holidays', 'charity'],
      ...[undefined, undefined],
    ]);
  });
});

describe('a merchant', () => {
  it('has one id for ever, however it is written and whatever it is called', () => {
    const id = (of: Catalogue, descriptor: string) => of.match({ ...NOTHING, descriptor }).merchantId;
    const of = catalogue(['Aldi', 'aldi']);
    expect(id(of, 'ALDI 12 LONDON GB')).toBe('merch_0000000000000agDS7Mgix');
    expect(id(catalogue(['Aldi Süd', 'aldi', 'id:aldi']), 'aldi')).toBe(id(of, 'ALDI'));
    expect(id(of, 'SQ *MOON & SPOON LONDON')).toBe(id(of, 'moon and spoon'));
    expect(id(of, 'moon')).not.toBe(id(of, 'spoon'));
  });

  it('is where the text says, in the country that the message says', () => {
    const of = catalogue(['Aldi', 'aldi']);
    expect(of.match({ ...NOTHING, descriptor: 'aldi leeds', country: 'GB' }).location).toMatchObject({
      city: 'Leeds',
      country: 'GB',
    });
    expect(of.match({ ...NOTHING, descriptor: 'aldi' }).location).toBeNull();
  });
});

describe('the registry', () => {
  it('has a version', () => {
    expect(CATALOGUE_VERSION).toMatch(/^\d{4}\.\d+$/);
  });

  it('is sound: every pattern is written as descriptors are normalised, and names one merchant', () => {
    expect(() => new Catalogue(CATALOGUE_VERSION, registryRules)).not.toThrow();
    const odd = registryRules.filter(({ words }) => normalise(words.join(' ')).words.join(' ') !== words.join(' '));
    expect(odd.map(({ text }) => text)).toEqual([]);
    for (const { category, text } of registryRules) {
      expect(CATEGORIES).toContain(category);
      expect(text).toMatch(/^(exact|prefix|words):\S.* seed:[a-z0-9-]+$/);
    }
  });

  it('gives no two merchants one name', () => {
    const ids = new Map<string, Set<string>>();
    for (const { brand } of registryRules)
      if (brand !== null) ids.set(brand.name, (ids.get(brand.name) ?? new Set()).add(brand.merchantId));
    expect([...ids].filter(([, { size }]) => size > 1)).toEqual([]);
    const all = [...ids.values()].flatMap((set) => [...set]);
    expect(new Set(all).size).toBe(all.length);
  });
});
