// How right a catalogue is on labelled descriptors.
import type { Merchant } from '@tallystick/ledger-core';
import type { CatalogueMatch } from '../catalogue.js';

export interface Labelled {
  readonly merchant: Merchant;
  /** Any of these is right; empty where it names nobody. */
  readonly names: readonly string[];
  /** Any of these is right; empty where nobody knows. */
  readonly categories: readonly string[];
  /** How many rows it stands for. */
  readonly weight: number;
}

/** Shares of 1. */
export interface Score {
  /** Of what was named, how much is right. */
  readonly merchantPrecision: number;
  /** Of what names somebody, how much was named by a rule (derived names left out). */
  readonly ruleCoverage: number;
  /** Of what names somebody, how much was named at all. */
  readonly merchantCoverage: number;
  /** Of what names nobody, how much was left alone. */
  readonly nobodyRecall: number;
  /** Of what has another category than general, how much is right. */
  readonly categoryPrecision: number;
  readonly categoryCoverage: number;
  readonly bands: readonly Band[];
}

/** Answers of about one confidence. */
export interface Band {
  /** From this one, 0 to 100. */
  readonly from: number;
  readonly weight: number;
  readonly meanConfidence: number;
  readonly precision: number;
}

const BAND = 10;

/** A share of weights. */
class Share {
  private part = 0;
  private whole = 0;

  add(weight: number, counts: boolean): void {
    this.whole += weight;
    if (counts) this.part += weight;
  }

  get value(): number {
    return this.whole === 0 ? Number.NaN : this.part / this.whole;
  }
}

export function scoreOf(labelled: readonly Labelled[], matchOf: (merchant: Merchant) => CatalogueMatch): Score {
  const precision = new Share();
  const byRule = new Share();
  const named = new Share();
  const nobody = new Share();
  const category = new Share();
  const categorised = new Share();
  const bands = new Map<number, { weight: number; confidence: number; share: Share }>();
  for (const { merchant, names, categories, weight } of labelled) {
    const match = matchOf(merchant);
    const isNamed = match.merchantId !== null;
    if (names.length === 0) nobody.add(weight, !isNamed);
    else {
      byRule.add(weight, isNamed && match.rule !== 'derived');
      named.add(weight, isNamed);
    }
    if (isNamed) {
      const right = isOneOf(match.name, names);
      precision.add(weight, right);
      const from = Math.floor(match.confidence / BAND) * BAND;
      const band = bands.get(from) ?? { weight: 0, confidence: 0, share: new Share() };
      band.weight += weight;
      band.confidence += weight * match.confidence;
      band.share.add(weight, right);
      bands.set(from, band);
    }
    if (categories.length === 0) continue;
    categorised.add(weight, match.category !== 'general');
    if (match.category !== 'general') category.add(weight, categories.includes(match.category));
  }
  return {
    merchantPrecision: precision.value,
    ruleCoverage: byRule.value,
    merchantCoverage: named.value,
    nobodyRecall: nobody.value,
    categoryPrecision: category.value,
    categoryCoverage: categorised.value,
    bands: [...bands]
      .sort(([left], [right]) => left - right)
      .map(([from, { weight, confidence, share }]) => ({
        from,
        weight,
        meanConfidence: confidence / weight,
        precision: share.value,
      })),
  };
}

export function isOneOf(name: string, names: readonly string[]): boolean {
  const bare = bareOf(name);
  return names.some((each) => bareOf(each) === bare);
}

/** An article in front and the word `and` make no other merchant. */
function bareOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/^the /, '')
    .replaceAll(/\band\b/g, '')
    .replaceAll(/[^a-z0-9]/g, '');
}
