import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { declines } from './declines.js';
import { rejections } from './rejections.js';

/** The rows of a page's only table, without its head. */
function tableOf(page: string): string[][] {
  const text = readFileSync(new URL(`../../../docs/${page}`, import.meta.url), 'utf8');
  const rows = text.split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((row) =>
    row
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}

describe('the catalogue of rejections', () => {
  it('is what docs/rejections.md says', () => {
    const expected = Object.entries(rejections).map(([name, facts]) => [
      name,
      facts.code,
      `${facts.status}`,
      facts.responseCode,
      facts.customerReason,
      facts.retryable ? 'yes' : 'no',
      facts.message,
    ]);
    expect(tableOf('rejections.md')).toEqual(expected);
  });

  it('has a stable code of its own for each', () => {
    const codes = Object.values(rejections).map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
  });
});

describe('the decline ladder', () => {
  it('is what docs/declines.md says, in its order', () => {
    const expected = Object.entries(declines).map(([reason, { responseCode, customerReason }], index) => [
      `${index + 1}`,
      reason,
      responseCode,
      customerReason ?? '–',
    ]);
    expect(tableOf('declines.md').map((row) => row.slice(0, 4))).toEqual(expected);
  });
});
