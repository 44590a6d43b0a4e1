// What the registry says of merchants, written so that a person can read and correct it, and parsed once at the start.
import { deriveId } from '@tallystick/events';
import type { MerchantId } from '@tallystick/ledger-core';
import type { Category } from './categories.js';

/**
 * A name, then its patterns over normalised words:
 * `tesco stores` begins with these words; `=eat` is nothing else; `~travelodge` holds these words anywhere; a `*` at the end
 * (`sainsbury*`) lets the last word go on. `id:…` keeps an id when the name changes.
 */
export type BrandRow = readonly [name: string, ...patterns: string[]];

export interface BrandTable {
  /** Where the knowledge comes from: `seed:…` or `learned:…`. */
  readonly source: string;
  readonly category: Category;
  readonly brands: readonly BrandRow[];
}

export interface Brand {
  readonly merchantId: MerchantId;
  readonly name: string;
  readonly category: Category;
}

export type RuleKind = 'exact' | 'prefix' | 'words';

export interface Rule {
  readonly kind: RuleKind;
  readonly words: readonly string[];
  /** The last word may go on. */
  readonly open: boolean;
  /** Null where the text is known to name nobody. */
  readonly brand: Brand | null;
  readonly category: Category;
  /** 0 to 100: how often the merchant is right where it matches whole. */
  readonly confidence: number;
  /** As events carry it: kind, pattern, provenance. */
  readonly text: string;
}

const SHORT_WORD = 4;

/** The same for the same key, for ever. */
export function merchantIdOf(key: string): MerchantId {
  return deriveId('merch', 0n, 'merchant', key) as MerchantId;
}

export function rulesOf({ source, category, brands }: BrandTable): Rule[] {
  return brands.flatMap(([name, ...patterns]) => {
    const renamed = patterns.find((pattern) => pattern.startsWith('id:'));
    const brand = { merchantId: merchantIdOf(renamed?.slice(3) ?? keyOf(name)), name, category };
    return patterns.filter((pattern) => pattern !== renamed).map((pattern) => ruleOf(pattern, brand, category, source));
  });
}

/** Descriptors that stand for no merchant: fees, cash, payments from outside. */
export function nobody(source: string, category: Category, patterns: readonly string[]): Rule[] {
  return patterns.map((pattern) => ruleOf(pattern, null, category, source));
}

export function ruleOf(
  pattern: string,
  brand: Brand | null,
  category: Category,
  source: string,
  confidence?: number,
): Rule {
  const kind: RuleKind = pattern.startsWith('=') ? 'exact' : pattern.startsWith('~') ? 'words' : 'prefix';
  const open = pattern.endsWith('*');
  const words = pattern.slice(kind === 'prefix' ? 0 : 1, open ? -1 : undefined).split(' ');
  const text = `${kind}:${words.join(' ')}${open ? '*' : ''} ${source}`;
  return { kind, words, open, brand, category, confidence: confidence ?? confidenceOf(kind, words), text };
}

function confidenceOf(kind: RuleKind, words: readonly string[]): number {
  if (kind === 'exact') return 97;
  if (kind === 'words') return 85;
  return words.length === 1 && (words[0] ?? '').length <= SHORT_WORD ? 88 : 95;
}

export function keyOf(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/['’&.]/g, '')
    .replaceAll(/[^a-z0-9]+/g, ' ')
    .trim();
}
