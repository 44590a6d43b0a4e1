// What a descriptor says by itself: who is paid, and for what. Corrections by people come on top of it (merchants.ts).
import type { MerchantId, MerchantLocation, Merchant as RawMerchant } from '@tallystick/ledger-core';
import { categoryOfImportedText } from './imported-categories.js';
import { keywordIn } from './keywords.js';
import { Matcher } from './matcher.js';
import { categoryOfMcc } from './mcc.js';
import { type Normalised, normalise } from './normalise.js';
import { type Brand, merchantIdOf, type Rule } from './rules.js';

export interface CatalogueMatch {
  /** Null where the descriptor names nobody. */
  readonly merchantId: MerchantId | null;
  readonly name: string;
  readonly category: string;
  readonly location: MerchantLocation | null;
  /** The normalised descriptor. */
  readonly descriptor: string;
  /** Which rule matched, with its provenance; without what said the category. */
  readonly rule: string;
  /** What said the category. */
  readonly evidence: string;
  /** 0 to 100. */
  readonly confidence: number;
}

interface Named extends Omit<CatalogueMatch, 'category' | 'evidence' | 'location'> {
  readonly normalised: Normalised;
  /** Null where the registry does not know it. */
  readonly category: string | null;
}

/** How often who is named so is right: measured by `npm run enrichment:quality`. */
const SHORTENED = 75;
const DERIVED_FROM_WEBSITE = 70;
const DERIVED = 65;
const DERIVED_FROM_CUT = 55;

/** Financial institutions: cash over the counter, and from machines. */
const CASH_MCCS: ReadonlySet<string> = new Set(['6010', '6011']);

const REMEMBERED = 50_000;
/** Long texts are not remembered, so that the bound is one of memory too. */
const REMEMBERED_LENGTH = 200;

export class Catalogue {
  private readonly matcher: Matcher;
  private readonly brands: ReadonlyMap<MerchantId, Brand>;
  private readonly remembered = new Map<string, CatalogueMatch>();

  constructor(
    readonly version: string,
    rules: readonly Rule[],
  ) {
    this.matcher = new Matcher(rules);
    this.brands = new Map(rules.flatMap(({ brand }) => (brand === null ? [] : [[brand.merchantId, brand]])));
  }

  brand(merchantId: MerchantId): Brand | undefined {
    return this.brands.get(merchantId);
  }

  match(merchant: RawMerchant): CatalogueMatch {
    const { descriptor, mcc, category, country } = merchant;
    const key = `${descriptor}\n${mcc ?? ''}\n${category ?? ''}\n${country ?? ''}`;
    let match = this.remembered.get(key);
    if (match === undefined) {
      match = this.classify(merchant);
      if (this.remembered.size >= REMEMBERED) this.remembered.clear();
      if (key.length <= REMEMBERED_LENGTH) this.remembered.set(key, match);
    }
    return match;
  }

  private classify(raw: RawMerchant): CatalogueMatch {
    const { normalised, category, ...named } = this.name(raw.descriptor);
    // Whoever keeps the machine: what it gives is cash.
    const asked = category === null || CASH_MCCS.has(raw.mcc ?? '');
    const evidence = asked ? evidenceOf(raw, normalised) : { category, evidence: 'registry' };
    return { ...named, ...evidence, location: locationOf(raw, normalised) };
  }

  private name(raw: string): Named {
    const normalised = normalise(raw);
    const descriptor = normalised.words.join(' ');
    const matched = this.matcher.match(normalised);
    if (matched !== undefined) {
      const { rule, shortened } = matched;
      const confidence = rule.brand === null ? 0 : shortened ? Math.min(SHORTENED, rule.confidence) : rule.confidence;
      return {
        normalised,
        descriptor,
        merchantId: rule.brand?.merchantId ?? null,
        name: rule.brand?.name ?? shown(raw),
        category: rule.category,
        rule: shortened ? `cut ${rule.text}` : rule.text,
        confidence,
      };
    }
    const key = normalised.nameWords.join(' ');
    if (key === '')
      return {
        normalised,
        descriptor,
        merchantId: null,
        name: shown(raw),
        category: null,
        rule: 'none',
        confidence: 0,
      };
    const { website, cut } = normalised;
    const confidence = website ? DERIVED_FROM_WEBSITE : cut ? DERIVED_FROM_CUT : DERIVED;
    const name = titleCase(normalised.nameWords);
    return { normalised, descriptor, merchantId: merchantIdOf(key), name, category: null, rule: 'derived', confidence };
  }
}

function evidenceOf({ mcc, category }: RawMerchant, { words, cut }: Normalised) {
  const byMcc = mcc === null ? undefined : categoryOfMcc(mcc);
  if (byMcc !== undefined) return { category: byMcc, evidence: `mcc:${mcc}` };
  const byText = category === null ? undefined : categoryOfImportedText(category);
  if (byText !== undefined) return { category: byText, evidence: `imported:${category}` };
  const keyword = keywordIn(words, cut);
  if (keyword !== undefined) return { category: keyword.category, evidence: `keyword:${keyword.word}` };
  return { category: 'general', evidence: 'none' };
}

function locationOf(raw: RawMerchant, { city, country }: Normalised): MerchantLocation | null {
  const where = raw.country ?? country;
  if (city === null && where === null) return null;
  return { address: null, city, region: null, country: where, postcode: null, latitude: null, longitude: null };
}

function shown(raw: string): string {
  return raw.trim().replaceAll(/\s+/g, ' ');
}

function titleCase(words: readonly string[]): string {
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(' ');
}
