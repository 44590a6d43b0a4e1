// A steady rate, whatever the answers do.

/**
 * Begins each of them when it is due, and resolves when all are done.
 * @param one is given its number, and when it was due (performance.now)
 * @returns how many a second were done
 */
export async function pace(
  total: number,
  perSecond: number,
  one: (n: number, due: number) => Promise<void>,
): Promise<number> {
  const under: Promise<void>[] = [];
  const started = performance.now();
  for (let sent = 0; sent < total; ) {
    const due = Math.min(total, ((performance.now() - started) / 1000) * perSecond);
    for (; sent < due; sent++) under.push(one(sent, started + (sent * 1000) / perSecond));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(under);
  return (total / (performance.now() - started)) * 1000;
}
