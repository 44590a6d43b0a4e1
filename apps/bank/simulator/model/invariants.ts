// Each invariant by its name, with how often it was checked.

/** A rule that did not hold: what was expected, and what was found. */
export class InvariantBroken extends Error {
  override readonly name = 'InvariantBroken';
  constructor(
    readonly invariant: string,
    readonly where: string,
    readonly expected: string,
    readonly found: string,
  ) {
    super(`${invariant}: ${where}: expected ${expected}, found ${found}`);
  }
}

export class Invariants {
  readonly counts = new Map<string, number>();

  /** @throws InvariantBroken unless it holds; the words are put together only then */
  holds(
    invariant: string,
    holds: boolean,
    words: () => readonly [where: string, expected: unknown, found: unknown],
  ): void {
    this.counts.set(invariant, (this.counts.get(invariant) ?? 0) + 1);
    if (holds) return;
    const [where, expected, found] = words();
    throw new InvariantBroken(invariant, where, textOf(expected), textOf(found));
  }

  same(
    invariant: string,
    expected: bigint | number | string | boolean | null,
    found: typeof expected,
    where: () => string,
  ): void {
    this.counts.set(invariant, (this.counts.get(invariant) ?? 0) + 1);
    if (expected !== found) throw new InvariantBroken(invariant, where(), textOf(expected), textOf(found));
  }
}

/** Any value on one line. */
export function textOf(value: unknown): string {
  const text = typeof value === 'string' ? value : jsonOf(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

const LONGEST = 2_000;

function jsonOf(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? `${each}` : each)) ?? 'nothing';
}
