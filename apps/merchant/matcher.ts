// Finds the rule that a descriptor matches: exact, then the longest beginning, then words anywhere.
import { isLegalForm, type Normalised } from './normalise.js';
import type { Rule } from './rules.js';

export interface Matched {
  readonly rule: Rule;
  /** Only the beginning of the rule's last word stood at the end of a text that was cut. */
  readonly shortened: boolean;
}

/** A cut word that shows less than this says too little. */
const SHORTEST_SHOWN = 1;

export class Matcher {
  private readonly exact = new Map<string, Rule>();
  /** By their first word; longest first. */
  private readonly prefixes = new Map<string, Rule[]>();
  /** Rules of one open word, by its first three letters; longest first. */
  private readonly openWords = new Map<string, Rule[]>();
  private readonly anywhere = new Map<string, Rule[]>();
  /** Of the rules that name a legal form; they come first, because they say more. */
  private readonly formal: Matcher | undefined;

  /** @throws Error where two rules of one pattern name different merchants */
  constructor(rules: readonly Rule[]) {
    const formal = rules.filter(({ words }) => words.some(isLegalForm));
    const isAllFormal = formal.length === rules.length;
    this.formal = formal.length === 0 || isAllFormal ? undefined : new Matcher(formal);
    const seen = new Map<string, Rule>();
    for (const rule of rules) {
      const pattern = `${rule.kind} ${rule.words.join(' ')} ${rule.open}`;
      const other = seen.get(pattern);
      if (other !== undefined && other.brand?.merchantId !== rule.brand?.merchantId)
        throw new Error(`the rule ${rule.text} names two merchants`);
      seen.set(pattern, rule);
      if (isAllFormal || !rule.words.some(isLegalForm)) this.add(rule);
    }
    for (const list of [...this.prefixes.values(), ...this.openWords.values(), ...this.anywhere.values()])
      list.sort((left, right) => lengthOf(right) - lengthOf(left));
  }

  match({ words, formalWords, cut }: Normalised): Matched | undefined {
    const formal = formalWords === null ? undefined : this.formal?.find(formalWords, cut);
    return formal ?? this.find(words, cut);
  }

  private find(words: readonly string[], cut: boolean): Matched | undefined {
    const first = words[0];
    if (first === undefined) return undefined;
    const exact = this.exact.get(words.join(' '));
    if (exact !== undefined) return { rule: exact, shortened: false };
    return this.beginning(first, words, cut) ?? this.inside(words);
  }

  private add(rule: Rule): void {
    const first = rule.words[0] ?? '';
    if (rule.kind === 'exact') this.exact.set(rule.words.join(' '), rule);
    else if (rule.kind === 'words') push(this.anywhere, first, rule);
    else if (rule.words.length === 1 && rule.open) push(this.openWords, first.slice(0, 3), rule);
    else push(this.prefixes, first, rule);
  }

  private beginning(first: string, words: readonly string[], cut: boolean): Matched | undefined {
    // A whole beginning, even a shorter one, is surer than one that was cut.
    let shortened: Rule | undefined;
    for (const rule of this.prefixes.get(first) ?? []) {
      if (begins(rule, words, 0)) return { rule, shortened: false };
      if (cut && beginsCut(rule, words)) shortened ??= rule;
    }
    for (const rule of this.openWords.get(first.slice(0, 3)) ?? [])
      if (first.startsWith(rule.words[0] ?? '')) return { rule, shortened: false };
    return shortened === undefined ? undefined : { rule: shortened, shortened: true };
  }

  private inside(words: readonly string[]): Matched | undefined {
    for (let i = 0; i < words.length; i++)
      for (const rule of this.anywhere.get(words[i] ?? '') ?? [])
        if (begins(rule, words, i)) return { rule, shortened: false };
    return undefined;
  }
}

function begins(rule: Rule, words: readonly string[], at: number): boolean {
  const last = rule.words.length - 1;
  if (at + last >= words.length) return false;
  for (let i = 0; i < last; i++) if (words[at + i] !== rule.words[i]) return false;
  const word = words[at + last] ?? '';
  return rule.open ? word.startsWith(rule.words[last] ?? '') : word === rule.words[last];
}

/** The text ends within a word of the rule. */
function beginsCut(rule: Rule, words: readonly string[]): boolean {
  const last = words.length - 1;
  if (last < 1 || last >= rule.words.length) return false;
  for (let i = 0; i < last; i++) if (words[i] !== rule.words[i]) return false;
  const shown = words[last] ?? '';
  const whole = rule.words[last] ?? '';
  return shown.length >= SHORTEST_SHOWN && shown.length < whole.length && whole.startsWith(shown);
}

function push(index: Map<string, Rule[]>, key: string, rule: Rule): void {
  const list = index.get(key);
  if (list === undefined) index.set(key, [rule]);
  else list.push(rule);
}

function lengthOf({ words }: Rule): number {
  return words.length * 100 + (words.at(-1)?.length ?? 0);
}
