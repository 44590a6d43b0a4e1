import { describe, expect, it } from '@jest/globals';
import { Catalogue } from '../catalogue.js';
import { CATEGORIES } from '../categories.js';
import { learnRules } from '../learn-rules.js';
import { CATALOGUE_VERSION, registryRules } from '../registry/registry.js';
import { handChecked } from './hand-checked.js';
import { scoreOf } from './score.js';

const catalogue = new Catalogue(CATALOGUE_VERSION, registryRules);

describe('real descriptors that were labelled by hand', () => {
  it('are many, and soundly labelled', () => {
    expect(handChecked.length).toBeGreaterThanOrEqual(150);
    expect(new Set(handChecked.map(({ descriptor }) => descriptor)).size).toBe(handChecked.length);
    for (const { categories, rows } of handChecked) {
      expect(rows).toBeGreaterThan(0);
      for (const category of categories) expect(CATEGORIES).toContain(category);
    }
  });

  it.each([
    ['by rows', true, { merchantPrecision: 0.99, ruleCoverage: 0.98, categoryPrecision: 0.99, categoryCoverage: 0.95 }],
    [
      'each once',
      false,
      { merchantPrecision: 0.94, ruleCoverage: 0.5, categoryPrecision: 0.92, categoryCoverage: 0.75 },
    ],
  ])('are matched as well as they were: %s', (_, byRows, floors) => {
    const labelled = handChecked.map(({ descriptor, rows, imported, names, categories }) => ({
      merchant: { descriptor, mcc: null, category: imported, country: null },
      names,
      categories,
      weight: byRows ? rows : 1,
    }));
    const score = scoreOf(labelled, (merchant) => catalogue.match(merchant));
    for (const [name, floor] of Object.entries(floors))
      if (score[name as keyof typeof floors] < floor) throw new Error(`${name} fell below ${floor}`);
    expect(score.nobodyRecall).toBe(1);
  });
});

describe('rules learned from examples', () => {
  const examples = [
    ...Array.from({ length: 5 }, (_, n) => ({ descriptor: `KUTCH LLC ${n}00 LEEDS`, name: 'Kutch LLC' })),
    ...Array.from({ length: 5 }, () => ({ descriptor: 'SQ *KUTCH AND SONS', name: 'Kutch and Sons' })),
    ...Array.from({ length: 5 }, () => ({ descriptor: 'KUTCH INC', name: 'Kutch Inc' })),
    { descriptor: 'ROLFSON-KUNDE', name: 'Rolfson-Kunde' },
  ].map((example) => ({ ...example, category: 'shopping' as const }));

  it('are the beginnings that only one merchant has, as far as they go on the same way, with their provenance', () => {
    const rules = learnRules(examples, { source: 'spec' });
    expect(rules.map(({ text, brand, confidence }) => [text, brand?.name, confidence])).toEqual([
      ['prefix:kutch llc learned:spec', 'Kutch LLC', 86],
      ['prefix:kutch sons learned:spec', 'Kutch and Sons', 86],
      ['prefix:kutch inc learned:spec', 'Kutch Inc', 86],
    ]);
  });
});
