// A generated file of card transactions: as real ones, with refunds, repeats of a tuple, foreign amounts, and dates in no order.
import { writeFileSync } from 'node:fs';
import { passesLuhn } from '@tallystick/contracts';

/** Numbers from a seed: mulberry32. */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A seed that is printed; SEED=<seed> repeats it. */
export function printedSeed(): number {
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
  process.stderr.write(`SEED=${seed}\n`);
  return seed;
}

export function writeCardFile(path: string, seed: number, rows: number, cards: number): void {
  const random = randomOf(seed);
  const upTo = (n: number) => Math.floor(random() * n);
  const lines = ['file,row,date,original_minor,original_cur,billing_minor,billing_cur,merchant_name,card,cac1_desc'];
  for (let i = 0; i < rows; i++) {
    const card = `************${1_000 + upTo(cards)}`;
    const date = `20${10 + upTo(10)}-${String(1 + upTo(12)).padStart(2, '0')}-${String(1 + upTo(28)).padStart(2, '0')}`;
    const amount = (upTo(10) === 0 ? -1 : 1) * upTo(50_000);
    const foreign = upTo(20) === 0;
    const money = foreign ? `${amount * 2},EUR,${amount},GBP` : `${amount},,,${upTo(50) === 0 ? 'USD' : ''}`;
    lines.push(
      `part-${Math.floor(i / 500)}.xls,${i},${date},${money},merchant ${upTo(40)},${card},category ${upTo(5)}`,
    );
  }
  writeFileSync(path, `${lines.join('\n')}\n`);
}

/** Card numbers that pass Luhn, of every length and of several schemes. */
export function cardNumbers(seed: number, count: number): string[] {
  const random = randomOf(seed);
  const prefixes = ['4', '51', '2221', '34', '6011', '36', '3528', '62', '5018'];
  return Array.from({ length: count }, (_, i) => {
    let number = prefixes[i % prefixes.length] ?? '4';
    const length = 13 + (i % 7);
    while (number.length < length - 1) number += Math.floor(random() * 10);
    for (let digit = 0; ; digit++) if (passesLuhn(number + digit)) return number + digit;
  });
}
