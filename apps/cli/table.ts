// Aligned columns for people.

export interface Column {
  readonly title: string;
  /** Numbers stand to the right. */
  readonly right?: boolean;
}

/** Rows under their titles, two spaces apart, without spaces at the ends of lines. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const lines = [columns.map(({ title }) => title), ...rows.map((row) => row.map(printable))];
  const widths = columns.map((_, i) => lines.reduce((widest, line) => Math.max(widest, line[i]?.length ?? 0), 0));
  let text = '';
  for (const line of lines) {
    const cells = columns.map(({ right = false }, i) => {
      const cell = line[i] ?? '';
      return right ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0);
    });
    text += `${cells.join('  ').trimEnd()}\n`;
  }
  return text;
}

/** Names with their values below each other, amounts aligned among themselves. */
export function list(rows: readonly (readonly [name: string, value: string])[]): string {
  const names = Math.max(...rows.map(([name]) => name.length));
  const amounts = Math.max(...rows.map(([, value]) => (AMOUNT.test(value) ? value.length : 0)));
  const aligned = (value: string) => (AMOUNT.test(value) ? value.padStart(amounts) : printable(value));
  return rows.map(([name, value]) => `${name.padEnd(names)}  ${aligned(value)}\n`).join('');
}

const AMOUNT = /^-?\d+(\.\d+)?$/;

/** Merchants write what they like; control characters would move the reader's cursor. */
export function printable(text: string): string {
  return text.replace(/\p{C}|\p{Zl}|\p{Zp}/gu, ' ');
}
