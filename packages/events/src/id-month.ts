// What an id tells of its time: `<prefix>_0000`, then nine base62 characters of milliseconds since 1970.

const DIGITS = new Map([...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'].map((c, i) => [c, i]));
const DAY_MS = 86_400_000;
/** The last day that a Date can hold. */
const LAST_DAY = 100_000_000;

const months = new Map<number, string>();

/**
 * The month, `YYYY-MM` in UTC, of the first event of what the id names (a transaction, a feed item).
 * @throws TypeError where it is not an id of ours
 */
export function monthOf(id: string): string {
  const day = dayOf(id);
  if (day === undefined) throw new TypeError('not an id that tells its time');
  let month = months.get(day);
  if (month === undefined) {
    month = new Date(day * DAY_MS).toISOString().slice(0, 7);
    months.set(day, month);
  }
  return month;
}

/** False for an id that we can not have made with this prefix, such as `tx`. */
export function tellsItsMonth(id: string, prefix: string): boolean {
  return id.startsWith(`${prefix}_0000`) && dayOf(id) !== undefined;
}

function dayOf(id: string): number | undefined {
  const start = id.indexOf('_') + 5;
  let milliseconds = 0;
  for (let i = start; i < start + 9; i++) {
    const digit = DIGITS.get(id.charAt(i));
    if (digit === undefined) return undefined;
    milliseconds = milliseconds * 62 + digit;
  }
  const day = Math.floor(milliseconds / DAY_MS);
  return day > LAST_DAY ? undefined : day;
}
