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

/** Names with their values below each other. */
export function list(rows: readonly (readonly [name: string, value: string])[]): string {
  const names = Math.max(...rows.map(([name]) => name.length));
  const values = Math.max(...rows.map(([, value]) => value.length));
  return rows
    .map(
      ([name, value]) => `${name.padEnd(names)}  ${NUMBER.test(value) ? value.padStart(values) : printable(value)}\n`,
    )
    .join('');
}

const NUMBER = /^-?\d+(\.\d+)?$/;

/** Merchants write what they like; control characters would move the reader's cursor. */
export function printable(text: string): string {
  return text.replace(/\p{C}|\p{Zl}|\p{Zp}/gu, ' ');
}
