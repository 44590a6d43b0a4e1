// Looks for card numbers in any bytes, in every form that a bank's software writes them (lifecycles, section 7: the PAN scan).
import { holdsCardNumber } from '@tallystick/contracts';

export type Form = 'plain' | 'hex' | 'EBCDIC' | 'EBCDIC as hex' | 'BCD' | 'base64' | 'looks like one';

export interface Find {
  readonly form: Form;
  /** Where in the bytes. */
  readonly at: number;
}

const ZERO = 48;
const SHORTEST = 12;
const LONGEST = 19;
/** Of base64 only whole groups of three digits can be read back: from the shortest number, nine digits at least. */
const CERTAIN = 9;
const HEX = /(?:3[0-9]){12,}/g;
const EBCDIC = /[\xf0-\xf9]{12,}/g;
const EBCDIC_HEX = /(?:[fF][0-9]){12,}/g;
/** Whole bytes of a packed number; half a byte more may stand before and after them. */
const PACKED_BYTES = 5;
/** Groups of four that stand for three ASCII digits; any alignment has such a run within it. */
const BASE64 = /(?:[MNO][DTjz][AEIMQUYcgk][w-z0-5]){3,}/g;
const FRACTIONS = /[0-9]+\.[0-9]+(?:e[-+]?[0-9]+)?/gi;

export class CardNumberScan {
  private readonly numbers: ReadonlySet<string>;
  private readonly heads: ReadonlySet<string>;
  private readonly parts = new Set<string>();

  /** @param numbers 12 to 19 digits each */
  constructor(numbers: Iterable<string>) {
    this.numbers = new Set(numbers);
    this.heads = new Set([...this.numbers].map((number) => number.slice(0, SHORTEST)));
    for (const number of this.numbers)
      for (let i = 0; i + CERTAIN <= number.length; i++) this.parts.add(number.slice(i, i + CERTAIN));
  }

  /** Where one of the numbers lies in the bytes, in whichever form. */
  findIn(bytes: Buffer): Find[] {
    const text = bytes.toString('latin1');
    const finds: Find[] = [];
    const look = (form: Form, pattern: RegExp, digitsOf: (run: string) => string, isThere = this.holds) => {
      for (const match of text.matchAll(pattern))
        if (isThere(digitsOf(match[0]))) finds.push({ form, at: match.index });
    };
    look('plain', /[0-9]{12,}/g, (run) => run);
    look('plain', /[0-9]{4}([ -])[0-9]{4}\1[0-9]{2,4}(?:\1?[0-9]{1,4}){1,3}/g, (run) => run.replaceAll(/[ -]/g, ''));
    look('hex', HEX, (run) => Buffer.from(run, 'hex').toString('latin1'));
    look('EBCDIC', EBCDIC, lowHalves);
    look('EBCDIC as hex', EBCDIC_HEX, (run) => lowHalves(Buffer.from(run, 'hex').toString('latin1')));
    for (const run of packedRuns(bytes)) if (this.holds(run.digits)) finds.push({ form: 'BCD', at: run.at });
    look('base64', BASE64, (run) => Buffer.from(run, 'base64').toString('latin1'), this.holdsPart);
    return finds;
  }

  /** As findIn; besides, anything in people's text that looks like a card number, whosever it is. Fractions are no such text. */
  findInText(text: string): Find[] {
    const finds = this.findIn(Buffer.from(text));
    text.split('\n').forEach((line, at) => {
      if (holdsCardNumber(line.replaceAll(FRACTIONS, ''))) finds.push({ form: 'looks like one', at });
    });
    return finds;
  }

  private readonly holds = (digits: string): boolean => {
    for (let i = 0; i + SHORTEST <= digits.length; i++) {
      // Empty pages are long runs of zeros, and no card number begins with one.
      if (digits.charCodeAt(i) === ZERO || !this.heads.has(digits.slice(i, i + SHORTEST))) continue;
      for (let length = SHORTEST; length <= LONGEST && i + length <= digits.length; length++)
        if (this.numbers.has(digits.slice(i, i + length))) return true;
    }
    return false;
  };

  private readonly holdsPart = (digits: string): boolean => {
    for (let i = 0; i + CERTAIN <= digits.length; i++) if (this.parts.has(digits.slice(i, i + CERTAIN))) return true;
    return false;
  };
}

function lowHalves(run: string): string {
  let digits = '';
  for (let i = 0; i < run.length; i++) digits += run.charCodeAt(i) & 0x0f;
  return digits;
}

/** Runs of bytes whose halves are both decimal digits, with the byte before and after them, in hexadecimal. */
function* packedRuns(bytes: Buffer): Generator<{ readonly at: number; readonly digits: string }> {
  let start = 0;
  for (let i = 0; i <= bytes.length; i++) {
    const byte = bytes[i] ?? 0xff;
    if (byte >> 4 <= 9 && (byte & 0x0f) <= 9) continue;
    if (i - start >= PACKED_BYTES) yield { at: start, digits: bytes.toString('hex', Math.max(0, start - 1), i + 1) };
    start = i + 1;
  }
}
