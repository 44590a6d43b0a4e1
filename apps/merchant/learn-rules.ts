// Rules from transactions whose merchant is known: for each merchant the beginnings that (nearly) only it has, as long as most of its
// descriptors go on the same way. A shorter one would do for the merchants that are known, and would take others for them.
import type { Category } from './categories.js';
import { normalise } from './normalise.js';
import { type Brand, keyOf, merchantIdOf, type Rule, ruleOf } from './rules.js';

export interface Example {
  readonly descriptor: string;
  /** Who it was. */
  readonly name: string;
  readonly category: Category;
}

export interface LearnOptions {
  /** Provenance is `learned:<source>`. */
  readonly source: string;
  /** A beginning is taken where at least this share of its examples is one merchant's. */
  readonly purity?: number;
  /** And where there are at least this many of them. */
  readonly support?: number;
}

const PURITY = 0.95;
const SUPPORT = 2;
/** A beginning that goes on the same way this often is not whole. */
const GOES_ON = 0.5;
const MOST_SURE = 97;

interface Beginning {
  readonly words: readonly string[];
  total: number;
  readonly byName: Map<string, number>;
  /** Of the merchant that has it most, how many go on with the same word. */
  continued: number;
}

export function learnRules(examples: readonly Example[], options: LearnOptions): Rule[] {
  const { source, purity = PURITY, support = SUPPORT } = options;
  const beginnings = countBeginnings(examples);
  const brands = brandsOf(examples);
  const taken = new Set<string>();
  const rules: Rule[] = [];
  const shortestFirst = [...beginnings].sort(([, left], [, right]) => left.words.length - right.words.length);
  for (const [text, { words, total, byName, continued }] of shortestFirst) {
    const [name, hits] = mostOf(byName);
    const brand = brands.get(name);
    if (brand === undefined || total < support || hits / total < purity) continue;
    if (continued / hits >= GOES_ON || isWithin(words, taken)) continue;
    taken.add(text);
    // Laplace's rule of succession: few examples are little proof.
    const confidence = Math.min(MOST_SURE, Math.round((100 * (hits + 1)) / (total + 2)));
    rules.push(ruleOf(text, brand, brand.category, `learned:${source}`, confidence));
  }
  return rules;
}

function countBeginnings(examples: readonly Example[]): Map<string, Beginning> {
  const beginnings = new Map<string, Beginning>();
  for (const { descriptor, name } of examples) {
    for (const [text, words] of beginningsOf(descriptor)) {
      let beginning = beginnings.get(text);
      if (beginning === undefined) {
        beginning = { words, total: 0, byName: new Map(), continued: 0 };
        beginnings.set(text, beginning);
      }
      beginning.total++;
      beginning.byName.set(name, (beginning.byName.get(name) ?? 0) + 1);
    }
  }
  for (const { words, byName } of beginnings.values()) {
    const shorter = beginnings.get(words.slice(0, -1).join(' '));
    if (shorter === undefined) continue;
    const [name] = mostOf(shorter.byName);
    shorter.continued = Math.max(shorter.continued, byName.get(name) ?? 0);
  }
  return beginnings;
}

/** With and without legal forms; a place at the end says nothing of who it is. */
function beginningsOf(descriptor: string): Map<string, readonly string[]> {
  const { words, formalWords, nameWords } = normalise(descriptor);
  const placeWords = words.length - nameWords.length;
  const beginnings = new Map<string, readonly string[]>();
  for (const sequence of formalWords === null ? [words] : [words, formalWords])
    for (let length = 1; length <= sequence.length - placeWords; length++) {
      const beginning = sequence.slice(0, length);
      beginnings.set(beginning.join(' '), beginning);
    }
  return beginnings;
}

/** Each merchant with the category that most of its examples have. */
function brandsOf(examples: readonly Example[]): Map<string, Brand> {
  const categories = new Map<string, Map<Category, number>>();
  for (const { name, category } of examples) {
    const counts = categories.get(name) ?? new Map<Category, number>();
    counts.set(category, (counts.get(category) ?? 0) + 1);
    categories.set(name, counts);
  }
  return new Map(
    [...categories].map(([name, counts]) => {
      const [category] = mostOf(counts);
      return [name, { merchantId: merchantIdOf(keyOf(name)), name, category }];
    }),
  );
}

function isWithin(words: readonly string[], taken: ReadonlySet<string>): boolean {
  for (let length = 1; length < words.length; length++) if (taken.has(words.slice(0, length).join(' '))) return true;
  return false;
}

/** @throws Error where nothing was counted */
function mostOf<Key>(counts: ReadonlyMap<Key, number>): readonly [Key, number] {
  let most: readonly [Key, number] | undefined;
  for (const entry of counts) if (most === undefined || entry[1] > most[1]) most = entry;
  if (most === undefined) throw new Error('nothing was counted');
  return most;
}
