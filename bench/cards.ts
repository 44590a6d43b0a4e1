// The made-up customers of a run: card numbers, and the file that opens their accounts.
import { writeFileSync } from 'node:fs';

/** Issuer prefix of the card numbers that are made up here. */
const PREFIX = '555500';

/** The n-th card number, from 0: sixteen digits that pass the check of ISO/IEC 7812-1. */
export function cardNumber(n: number): string {
  const body = PREFIX + String(n).padStart(9, '0');
  let sum = 0;
  for (let i = 0; i < body.length; i++) {
    const digit = Number(body[i]) * (i % 2 === 0 ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return body + ((10 - (sum % 10)) % 10);
}

export interface CardFile {
  readonly path: string;
  /** Name in the column `file`: part of each row's identity. */
  readonly name: string;
  readonly cards: number;
  readonly rows: number;
}

const HEADER = 'file,row,date,original_minor,original_cur,billing_minor,billing_cur,merchant_name,card,cac1_desc';
const MERCHANTS = [
  'corner shop london',
  'ryman',
  'travelodge gb0000',
  'amazon uk retail',
  'the ticket office',
  'northern rail',
];

/** Rows that go round the cards, every seventh a refund after the first round, over a year of dates. */
export function writeCardFile({ path, name, cards, rows }: CardFile): void {
  const lines = [HEADER];
  for (let row = 0; row < rows; row++) {
    const day = new Date(Date.UTC(2025, 0, 1 + (row % 365))).toISOString().slice(0, 10);
    const amount = (row >= cards && row % 7 === 0 ? -1 : 1) * (1 + ((row * 7919) % 5000));
    lines.push(
      `${name},${row + 1},${day},${amount},GBP,,,${MERCHANTS[row % MERCHANTS.length]},${cardNumber(row % cards)},Office supplies`,
    );
  }
  writeFileSync(path, `${lines.join('\n')}\n`);
}
