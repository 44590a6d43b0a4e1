// The messages that the network sends, in the dialect `tallystick` (docs/iso8583-gateway.md). Amounts are minor units.
import { type FieldValue, type Iso8583Message, isSubelements, subelements } from '@tallystick/iso8583';
import type { Merchant } from './merchants.js';

/** What is paid at the terminal in another currency than the card's. */
export interface Local {
  readonly currency: string;
  /** ISO 4217 number. */
  readonly number: string;
  readonly amount: bigint;
}

export interface Use {
  readonly cardNumber: string;
  readonly merchant: Merchant;
  /** In the card's currency. */
  readonly amount: bigint;
  readonly local?: Local | undefined;
  /** DE3: 000000 a purchase, 010000 cash, 300000 a balance enquiry. */
  readonly processingCode?: string;
  /** DE25 06: held for longer. */
  readonly preAuthorisation?: boolean;
  /** The terminal takes a part of the amount, too. */
  readonly partial?: boolean;
  /** DE39 of an advice. */
  readonly responseCode?: string;
  /** The transaction that it adds to, or speaks of: DE37 and DE90. */
  readonly about?: Iso8583Message | undefined;
}

type Writable = { [field: number]: FieldValue };

const GBP = '826';
const AMOUNT_DIGITS = 12;
const REPLACEMENT_AMOUNTS = 42;
const BILLING_AT = 24;
const INSTITUTION_DIGITS = 11;
const RUN_LETTERS = 5;
const COUNT_LETTERS = 7;
const STANS = 999_999;
/** DE48 61: the terminal can take a part. */
const PARTIAL = subelements([['61', '10000']]);
const REPEATS: Readonly<Record<string, string>> = {
  '0100': '0101',
  '0120': '0121',
  '0200': '0201',
  '0220': '0221',
  '0400': '0401',
  '0420': '0421',
};

export class Messages {
  readonly #run: string;
  #count = 0;

  /**
   * @param now milliseconds since 1970. The second in which a run begins is in its references, so that the same seed can be played against the
   * same bank again
   */
  constructor(private readonly now: () => number) {
    this.#run = Math.floor(now() / 1000)
      .toString(36)
      .slice(-RUN_LETTERS)
      .padStart(RUN_LETTERS, '0')
      .toUpperCase();
  }

  /** Begins the idempotency and clearing keys of this run. */
  get run(): string {
    return this.#run;
  }

  of(mti: string, use: Use): Iso8583Message {
    const { cardNumber, merchant, amount, local, about } = use;
    const at = this.#at();
    const { stan, reference } = this.#next();
    const fields: Writable = {
      2: cardNumber,
      3: use.processingCode ?? '000000',
      4: digits(local?.amount ?? amount),
      7: at,
      11: stan,
      12: at.slice(4),
      13: at.slice(0, 4),
      18: merchant.mcc,
      22: merchant.entry,
      32: merchant.acquirer,
      37: about === undefined ? reference : textOf(about, 37),
      41: merchant.terminal,
      42: merchant.id,
      43: merchant.acceptor,
      49: local?.number ?? GBP,
    };
    if (local !== undefined) {
      fields[6] = digits(amount);
      fields[51] = GBP;
    }
    if (use.preAuthorisation === true) fields[25] = '06';
    if (use.partial === true) fields[48] = PARTIAL;
    if (use.responseCode !== undefined) fields[39] = use.responseCode;
    if (about !== undefined) fields[90] = originalData(about);
    return { mti, fields };
  }

  network(code: '001' | '002' | '301'): Iso8583Message {
    return { mti: '0800', fields: { 7: this.#at(), 11: this.#next().stan, 70: code } };
  }

  #next(): { readonly stan: string; readonly reference: string } {
    const count = ++this.#count;
    return {
      stan: String((count % STANS) + 1).padStart(6, '0'),
      reference: this.#run + count.toString(36).padStart(COUNT_LETTERS, '0').toUpperCase(),
    };
  }

  #at(): string {
    const at = new Date(this.now()).toISOString();
    return at.slice(5, 7) + at.slice(8, 10) + at.slice(11, 13) + at.slice(14, 16) + at.slice(17, 19);
  }
}

/** Takes the original back, or (with a replacement) down to another total; it has the original's own keys. */
export function reversalOf(
  original: Iso8583Message,
  mti: '0400' | '0420',
  replacement?: { readonly billed: bigint; readonly local: bigint | undefined },
): Iso8583Message {
  const fields: Writable = {};
  for (const [field, value] of Object.entries(original.fields)) if (value !== undefined) fields[Number(field)] = value;
  fields[90] = originalData(original);
  if (replacement !== undefined)
    fields[95] = digits(replacement.local ?? replacement.billed)
      .padEnd(BILLING_AT, '0')
      .concat(replacement.local === undefined ? '' : digits(replacement.billed))
      .padEnd(REPLACEMENT_AMOUNTS, '0');
  return { mti, fields };
}

export function repeatOf({ mti, fields }: Iso8583Message): Iso8583Message {
  return { mti: REPEATS[mti] ?? mti, fields };
}

/** As the HTTP gateway and clearing files take them. */
export interface Keys {
  readonly acquirer: string;
  readonly stan: string;
  readonly rrn: string;
  readonly transmitted_at: string;
}

export function keysOf(message: Iso8583Message): Keys {
  return {
    acquirer: textOf(message, 32),
    stan: textOf(message, 11),
    rrn: textOf(message, 37),
    transmitted_at: textOf(message, 13) + textOf(message, 12),
  };
}

/** What was approved: all that was asked for, or (DE39 10) the part that the answer names. */
export function approvedAmount(answer: Iso8583Message, billed: boolean): bigint {
  return BigInt(textOf(answer, billed ? 6 : 4));
}

/** Empty where there is none. */
export function textOf({ fields }: Iso8583Message, field: number): string {
  const value = fields[field];
  return typeof value === 'string' ? value : '';
}

/** What is left, as the answer's DE54 says; undefined where it does not. */
export function availableIn({ fields }: Iso8583Message): bigint | undefined {
  const amounts = fields[54];
  if (!isSubelements(amounts)) return undefined;
  for (const { value } of amounts)
    if (typeof value === 'string' && value.startsWith('02', 2))
      return BigInt(value.slice(8)) * (value[7] === 'D' ? -1n : 1n);
  return undefined;
}

function digits(minor: bigint): string {
  return minor.toString().padStart(AMOUNT_DIGITS, '0');
}

/** DE90: MTI, trace number, date and time, acquirer, forwarder (ISO 8583:1987, data element 90). */
function originalData(original: Iso8583Message): string {
  const at = textOf(original, 13) + textOf(original, 12);
  const acquirer = textOf(original, 32).padStart(INSTITUTION_DIGITS, '0');
  return `${original.mti}${textOf(original, 11)}${at}${acquirer}${'0'.repeat(INSTITUTION_DIGITS)}`;
}
