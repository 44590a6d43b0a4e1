// Dates of messages have no year.

const DAY_MS = 86_400_000;

/**
 * RFC 3339, UTC, in the year that brings it nearest to `nowMs` (lifecycles, section 1); undefined for what is on no calendar near.
 * @param date MMDD @param time hhmmss
 */
export function nearestInstant(date: string, time: string, nowMs: number): string | undefined {
  const year = new Date(nowMs).getUTCFullYear();
  let nearest: number | undefined;
  for (const candidate of [year - 1, year, year + 1]) {
    const at = instantOf(candidate, date, time);
    if (at !== undefined && (nearest === undefined || Math.abs(at - nowMs) < Math.abs(nearest - nowMs))) nearest = at;
  }
  return nearest === undefined ? undefined : new Date(nearest).toISOString();
}

function instantOf(year: number, date: string, time: string): number | undefined {
  const text = `${year}-${date.slice(0, 2)}-${date.slice(2)}T${time.slice(0, 2)}:${time.slice(2, 4)}:${time.slice(4)}Z`;
  const at = Date.parse(text);
  // Date.parse takes 30 February for 2 March.
  if (Number.isNaN(at) || Math.floor(at / DAY_MS) !== Math.floor(Date.parse(`${text.slice(0, 10)}T00:00:00Z`) / DAY_MS))
    return undefined;
  return new Date(at).toISOString().slice(5, 10) === `${date.slice(0, 2)}-${date.slice(2)}` ? at : undefined;
}
