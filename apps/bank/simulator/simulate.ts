// Many worlds, one after the other, until so many events were made or a rule was broken.
import type { InvariantBroken } from './model/invariants.js';
import { NOTHING_PLANTED, PLANTS } from './plants.js';
import { keyed } from './random.js';
import { shrink } from './shrink.js';
import { runWorld, type WorldResult } from './world.js';

export interface SimulateOptions {
  /** Below 2^32. */
  readonly seed: number;
  /** Worlds are run until they made so many events together. */
  readonly events: number;
  /** Only this world. */
  readonly world?: number | undefined;
  /** Only these of the world's actions. */
  readonly actions?: ReadonlySet<number> | undefined;
  /** The name of a planted bug. */
  readonly plant?: string | undefined;
  /** How long a failing world may be made smaller. */
  readonly shrinkForMs: number;
  /** Milliseconds, only ever forwards. */
  readonly now: () => number;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: { readonly done: number; readonly total: number }) => void;
}

export interface Broken {
  readonly world: number;
  readonly invariant: string;
  readonly where: string;
  readonly expected: string;
  readonly found: string;
  /** Events of all worlds until it was found. */
  readonly afterEvents: number;
  /** The fewest actions found that break it still. */
  readonly actions: readonly number[];
  readonly actionsBefore: number;
}

export interface Simulated {
  readonly seed: number;
  readonly worlds: number;
  readonly events: number;
  readonly steps: number;
  readonly milliseconds: number;
  /** Of the last world: the same seed and world give the same. */
  readonly digest: string;
  readonly faults: ReadonlyMap<string, number>;
  readonly commands: ReadonlyMap<string, number>;
  readonly invariants: ReadonlyMap<string, number>;
  readonly broken: Broken | undefined;
}

/** No plant has this name. */
export class UnknownPlant extends Error {
  override readonly name = 'UnknownPlant';
}

/** @throws UnknownPlant, or the signal's reason where it is aborted */
export async function simulate(options: SimulateOptions): Promise<Simulated> {
  const { seed, signal, now, onProgress } = options;
  const plant = plantOf(options.plant);
  const started = now();
  const totals = new Totals();
  for (let world = options.world ?? 0; ; world++) {
    signal.throwIfAborted();
    const of = { seed: seedOf(seed, world), plant, ...(options.actions && { actions: options.actions }) };
    const result = await runWorld(of);
    totals.add(result);
    onProgress({ done: Math.min(totals.events, options.events), total: options.events });
    if (result.broken !== undefined) {
      const smaller = options.actions ?? (await shrink(of, result, { forMs: options.shrinkForMs, now, signal }));
      return totals.result(seed, now() - started, brokenOf(world, result.broken, totals, result, [...smaller]));
    }
    if (options.world !== undefined || totals.events >= options.events)
      return totals.result(seed, now() - started, undefined);
  }
}

/** Worlds of one seed are independent of each other. */
export function seedOf(seed: number, world: number): number {
  return keyed(seed, `world ${world}`);
}

function plantOf(name: string | undefined) {
  if (name === undefined) return NOTHING_PLANTED;
  const plant = PLANTS.get(name);
  if (plant === undefined)
    throw new UnknownPlant(`no planted bug is called ${name}: there are ${[...PLANTS.keys()].join(', ')}`);
  return plant;
}

function brokenOf(
  world: number,
  broken: InvariantBroken,
  { events }: Totals,
  { actions }: WorldResult,
  smaller: readonly number[],
): Broken {
  const { invariant, where, expected, found } = broken;
  return {
    world,
    invariant,
    where,
    expected,
    found,
    afterEvents: events,
    actions: smaller,
    actionsBefore: actions.length,
  };
}

class Totals {
  private worlds = 0;
  events = 0;
  private steps = 0;
  private digest = '';
  private readonly faults = new Map<string, number>();
  private readonly commands = new Map<string, number>();
  private readonly invariants = new Map<string, number>();

  add(world: WorldResult): void {
    this.worlds++;
    this.events += world.events;
    this.steps += world.steps;
    this.digest = world.digest;
    addAll(this.faults, world.faults);
    addAll(this.commands, world.commands);
    addAll(this.invariants, world.invariants);
  }

  result(seed: number, milliseconds: number, broken: Broken | undefined): Simulated {
    const { worlds, events, steps, digest, faults, commands, invariants } = this;
    return { seed, worlds, events, steps, milliseconds, digest, faults, commands, invariants, broken };
  }
}

function addAll(to: Map<string, number>, from: ReadonlyMap<string, number>): void {
  for (const [name, count] of from) to.set(name, (to.get(name) ?? 0) + count);
}
