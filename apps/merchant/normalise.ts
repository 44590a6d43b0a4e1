// Raw card-acceptor text (DE43 and the like) as words that rules can be matched against. Pure; about 3 µs a descriptor.
import { placeAtEnd } from './places.js';

export interface Normalised {
  /** Lower case, without network noise, store numbers and legal forms; a place may still stand at the end. */
  readonly words: readonly string[];
  /** The words with their legal forms, where there are any: at times nothing else tells two merchants apart. */
  readonly formalWords: readonly string[] | null;
  /** The words that name somebody: without place and article. Empty where the text names nobody. */
  readonly nameWords: readonly string[];
  readonly city: string | null;
  /** ISO 3166 alpha-3. */
  readonly country: string | null;
  /** The text is as long as networks let it be, so that its last word may be cut. */
  readonly cut: boolean;
  /** It was the address of a website. */
  readonly website: boolean;
}

/** Networks and files cut at 18, 22, 24 or 25 characters; blanks at the cut are lost. */
const SHORTEST_CUT = 16;
/** Payment facilitators put their mark before the name of who sells. */
const FACILITATOR =
  /^(?:(?:sq|sqr|sp|sumup|iz|izettle|zettle|paypal|pp|tst|crv|ppro|ls|dojo|klarna|gcl|stripe)\s*[*_]+\s*|(?:wp|nochex)-\s*|paypal\s+(?=\S))/;
const WEB = /^(?:https?:\/\/)?w{2,3}[. ]\s*/;
/** Ends of internet names, whole or cut. */
const NAME_ENDS = new Set(['com', 'co', 'uk', 'org', 'net', 'ac', 'eu', 'info', 'biz', 'ie', 'c', 'u', 'g', 'o', '']);
const LEGAL = new Set(['ltd', 'limited', 'plc', 'llp', 'inc', 'gmbh', 'corp', 'llc']);
const LEGAL_CUT = new Set(['lt', 'limite', 'limit', 'limi', 'lim', 'limted']);
const ACCENTS = /[\u0300-\u036f]/g;
const NOT_ASCII = /[^\x20-\x7e]/;
const APOSTROPHES = /['`’]/g;
const BETWEEN_LETTERS = /\b([a-z])\s*&\s*([a-z])\b/g;
const BREAKS = /[^a-z0-9]+/;
const DIGITS = /^\d+$/;
/** Store codes and postcode districts: S0542, FS402, B23. */
const CODE = /^(?:[a-z]{1,2}\d{1,5}|\d{3,}[a-z]{1,3})$/;

export function normalise(raw: string): Normalised {
  let text = raw.toLowerCase();
  if (NOT_ASCII.test(text)) text = text.normalize('NFKD').replace(ACCENTS, '');
  text = text.trim().replace(APOSTROPHES, '').replace(BETWEEN_LETTERS, '$1$2').replace(FACILITATOR, '');
  const cut = raw.trimEnd().length >= SHORTEST_CUT;
  const unprefixed = text.replace(WEB, '');
  const tokens = tokensOf(unprefixed);
  const website = unprefixed !== text || tokens.website;
  const formal = withoutNumbers(tokens.words);
  const words = withoutLegalForms(formal, cut);
  const formalWords = formal.some(isLegalForm) ? withoutArticle(formal) : null;
  const place = placeAtEnd(words, cut);
  // An address that is only a place is somebody's all the same.
  const named = withoutArticle(website && place.wordsLeft === 0 ? words : words.slice(0, place.wordsLeft));
  const nameWords = named.some((word) => word.length > 1 && !DIGITS.test(word)) ? named : [];
  const { city, country } = place;
  return { words: withoutArticle(words), formalWords, nameWords, city, country, cut, website };
}

function tokensOf(text: string): { words: string[]; website: boolean } {
  const words: string[] = [];
  let website = false;
  for (const token of text.split(/[\s*]+/)) {
    if (token.includes('.')) {
      const name = webName(token);
      if (name === undefined) push(words, token.split(BREAKS));
      else {
        website = true;
        push(words, name.split(BREAKS));
      }
    } else push(words, token.split(BREAKS));
  }
  // A dotless address: `www confetti co uk`.
  while (words.length > 1 && (words.at(-1) === 'com' || (words.at(-1) === 'uk' && words.at(-2) === 'co'))) {
    words.length -= words.at(-1) === 'com' ? 1 : 2;
    website = true;
  }
  return { words: joinInitials(words), website };
}

function push(words: string[], parts: readonly string[]): void {
  for (const part of parts) if (part !== '' && part !== 'and') words.push(part);
}

/** `viking-direct.co.u` → `viking-direct`, `gov.uk/dart-charge` → `dart-charge`; undefined where the dots mean something else. */
function webName(token: string): string | undefined {
  const slash = token.indexOf('/');
  const labels = (slash < 0 ? token : token.slice(0, slash)).split('.');
  let end = labels.length;
  while (end > 0 && NAME_ENDS.has(labels[end - 1] ?? '')) end--;
  if (end === labels.length) return undefined;
  const path = slash < 0 ? '' : token.slice(slash + 1);
  if (end === 0 || (end === 1 && labels[0] === 'gov' && path !== '')) return path === '' ? undefined : path;
  const first = end > 1 && NAME_ENDS.has(labels[0] ?? '') ? 1 : 0;
  return labels.slice(first, end).join(' ');
}

/** `w m morrison` and `b & q` are written in many ways: letters that stand alone are one word. */
function joinInitials(words: readonly string[]): string[] {
  const joined: string[] = [];
  let initials = '';
  for (const word of words) {
    if (word.length === 1 && !DIGITS.test(word)) {
      initials += word;
      continue;
    }
    if (initials !== '') joined.push(initials);
    initials = '';
    joined.push(word);
  }
  if (initials !== '') joined.push(initials);
  return joined;
}

export function isLegalForm(word: string): boolean {
  return LEGAL.has(word);
}

function withoutLegalForms(words: readonly string[], cut: boolean): string[] {
  const last = words.length - 1;
  return words.filter((word, i) => i === 0 || !(LEGAL.has(word) || (i === last && cut && LEGAL_CUT.has(word))));
}

/** Store numbers, references and codes go; a number that begins a name (`123 reg`) stays. */
function withoutNumbers(words: readonly string[]): string[] {
  const kept = words.filter((word, i) => (i === 0 ? !isReference(word) : !DIGITS.test(word) && !isCode(word)));
  const first = kept[0];
  return kept.length === 1 && first !== undefined && DIGITS.test(first) ? [] : kept;
}

function isReference(word: string): boolean {
  return /^\d{5,}$/.test(word);
}

function isCode(word: string): boolean {
  return CODE.test(word) || (word.length >= 6 && /[a-z]/.test(word) && /\d.*\d/.test(word));
}

function withoutArticle(words: readonly string[]): readonly string[] {
  return words.length > 1 && words[0] === 'the' ? words.slice(1) : words;
}
