// Some seconds in which every request is counted: what the services of both stacks have answered must be what the switch says, to the one.
import type { Answering, Tally } from './load.js';
import { goesToSecond, type Share } from './where-it-goes.js';

export type Counts = Readonly<Record<Answering, { readonly first: number; readonly second: number }>>;

/** What each service of each stack must have answered. */
export function expected(tally: Tally, share: Share, services: readonly Answering[]): Counts {
  const of = (service: Answering) => {
    const counts = { first: 0, second: 0 };
    for (const [id, count] of tally.get(service) ?? []) counts[goesToSecond(id, share) ? 'second' : 'first'] += count;
    return counts;
  };
  return Object.fromEntries(services.map((service) => [service, of(service)])) as Counts; // of every service that was asked for
}

/** How much the counters have grown. */
export function growth(before: Counts, after: Counts): Counts {
  const grown = Object.entries(after).map(([service, { first, second }]) => {
    const { first: firstBefore, second: secondBefore } = before[service as Answering]; // both have the same services
    return [service, { first: first - firstBefore, second: second - secondBefore }];
  });
  return Object.fromEntries(grown);
}

/** A sentence for each service that has answered another number of requests than it must. */
export function differing(must: Counts, have: Counts): string[] {
  return Object.entries(must).flatMap(([service, { first, second }]) => {
    const found = have[service as Answering]; // both have the same services
    if (found.first === first && found.second === second) return [];
    return [
      `${service} answered ${found.first} requests in the first stack and ${found.second} in the second, not ${first} and ${second}`,
    ];
  });
}

export function totals(counts: Counts): { readonly first: number; readonly second: number } {
  const all = Object.values(counts);
  const sum = (of: (each: { first: number; second: number }) => number) =>
    all.reduce((total, each) => total + of(each), 0);
  return { first: sum(({ first }) => first), second: sum(({ second }) => second) };
}
