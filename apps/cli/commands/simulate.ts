// `tallystick simulate`: the bank in memory, attacked by a seed, against a naive model of it.
import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { promisify } from 'node:util';
import type { Command } from 'commander';
import type { Broken, Simulated } from '../../bank/simulator/index.js';
import { UsageError } from '../failures.js';
import { progress } from '../progress.js';
import { answer, foundDifference, globalOptions, type Session } from '../session.js';
import { list, printable } from '../table.js';

interface Options {
  readonly seed?: string;
  readonly events: string;
  readonly world?: string;
  readonly plant?: string;
  readonly actions?: string;
  readonly shrinkFor: string;
}

const SEEDS = 2 ** 32;

export function simulate(program: Command, session: Session): void {
  program
    .command('simulate')
    .option('--seed <n>', 'repeats a run; random where it is not given')
    .option('--events <n>', 'at least so many journal events, in worlds of a few thousand', '100000')
    .option('--world <n>', 'only this world of the seed')
    .option('--actions <list>', "only these of the world's actions, such as 3,17,42")
    .option('--plant <name>', 'break one rule on purpose; `all` breaks one after the other')
    .option('--shrink-for <seconds>', 'how long a failing world may be made smaller', '20')
    .description('the whole bank in memory against seeded faults, checked by a naive model')
    .action((options: Options, command: Command) => run(session, command, options));
}

async function run(session: Session, command: Command, options: Options): Promise<void> {
  const seed = numberOf('--seed', options.seed, SEEDS - 1) ?? randomInt(SEEDS);
  const events = numberOf('--events', options.events, Number.MAX_SAFE_INTEGER) ?? 0;
  const world = numberOf('--world', options.world, Number.MAX_SAFE_INTEGER);
  const actions = actionsOf(options);
  const commit = await commitOf();
  if (globalOptions(command).json !== true) await session.terminal.out(`seed ${seed}, ${commit}\n`);
  const { NOTHING_PLANTED, PLANTS, simulate: simulated, UnknownPlant } = await import('../../bank/simulator/index.js');
  const plants = options.plant === 'all' ? [...PLANTS.keys()] : [options.plant];
  const reports: { plant: string | undefined; breaks: string; ran: Simulated }[] = [];
  for (const plant of plants) {
    const bar = progress(session.terminal.progress, plant ?? 'simulate');
    const shrinkForMs = 1000 * (numberOf('--shrink-for', options.shrinkFor, 86_400) ?? 0);
    const ran = await simulated({
      seed,
      events,
      world,
      actions,
      plant,
      shrinkForMs: options.plant === 'all' ? 0 : shrinkForMs,
      now: () => performance.now(),
      signal: session.signal,
      onProgress: (done) => bar.update(done),
    })
      .catch((error: unknown) => {
        throw error instanceof UnknownPlant ? new UsageError(error.message) : error;
      })
      .finally(() => bar.end());
    const breaks = (plant === undefined ? NOTHING_PLANTED : (PLANTS.get(plant) ?? NOTHING_PLANTED)).breaks;
    reports.push({ plant, breaks, ran });
  }
  if (options.plant === 'all') return reportPlants(session, command, { seed, commit, events }, reports);
  const [report] = reports;
  if (report === undefined) return;
  if (report.ran.broken !== undefined) foundDifference(session);
  await answer(session, command, {
    json: () => jsonOf(commit, options.plant, report.ran),
    text: () =>
      textOf(report.ran) +
      (report.ran.broken === undefined
        ? 'no invariant broken\n'
        : brokenText(report.ran.seed, options.plant, report.ran.broken)),
  });
}

/** Every planted bug must be found; one that is not breaks the simulator itself. */
async function reportPlants(
  session: Session,
  command: Command,
  { seed, commit, events }: { readonly seed: number; readonly commit: string; readonly events: number },
  reports: readonly { plant: string | undefined; breaks: string; ran: Simulated }[],
): Promise<void> {
  if (reports.some(({ ran }) => ran.broken === undefined)) foundDifference(session);
  const found = reports.map(({ plant, breaks, ran: { broken } }) => ({
    plant,
    breaks,
    found_after_events: broken?.afterEvents ?? null,
    invariant: broken?.invariant ?? null,
  }));
  await answer(session, command, {
    json: () => ({ seed, commit, events_at_most: events, plants: found }),
    text: () =>
      list(
        found.map(({ plant, found_after_events: after, invariant }) => [
          plant ?? '',
          after === null ? `NOT FOUND within ${events} events` : `found after ${after} events: ${invariant}`,
        ]),
      ),
  });
}

function jsonOf(commit: string, plant: string | undefined, ran: Simulated) {
  const { seed, worlds, events, steps, milliseconds, digest, faults, commands, invariants, broken } = ran;
  return {
    seed,
    commit,
    plant: plant ?? null,
    worlds,
    events,
    steps,
    seconds: Math.round(milliseconds) / 1000,
    events_per_second: rateOf(ran),
    digest,
    faults: Object.fromEntries(sorted(faults)),
    commands: Object.fromEntries(sorted(commands)),
    invariants: Object.fromEntries(sorted(invariants)),
    broken:
      broken === undefined
        ? null
        : {
            world: broken.world,
            invariant: broken.invariant,
            where: broken.where,
            expected: broken.expected,
            found: broken.found,
            after_events: broken.afterEvents,
            actions: broken.actions,
            replay: replayOf(seed, plant, broken),
          },
  };
}

function textOf(ran: Simulated): string {
  const { worlds, events, steps, digest, faults, commands, invariants } = ran;
  const part = (title: string, counts: ReadonlyMap<string, number>) =>
    counts.size === 0 ? '' : `\n${title}\n${list(sorted(counts).map(([name, count]) => [`  ${name}`, String(count)]))}`;
  return `${list([
    ['worlds', String(worlds)],
    ['events', String(events)],
    ['steps', String(steps)],
    ['events/s', String(rateOf(ran))],
  ])}digest of the last world  ${digest}
${part('faults injected', faults)}${part('commands', commands)}${part('invariants checked', invariants)}
`;
}

function brokenText(seed: number, plant: string | undefined, broken: Broken): string {
  const { invariant, where, expected, found, world, afterEvents, actions, actionsBefore } = broken;
  return `BROKEN: ${printable(invariant)}
  where     ${printable(where)}
  expected  ${printable(expected)}
  found     ${printable(found)}
world ${world}, after ${afterEvents} events; ${actions.length} of ${actionsBefore} actions are enough. Again:
  ${replayOf(seed, plant, broken)}
`;
}

function replayOf(seed: number, plant: string | undefined, { world, actions, actionsBefore }: Broken): string {
  const planted = plant === undefined ? '' : ` --plant ${plant}`;
  const some = actions.length === actionsBefore ? '' : ` --actions ${actions.join(',')}`;
  return `tallystick simulate --seed ${seed} --world ${world}${planted}${some}`;
}

function rateOf({ events, milliseconds }: Simulated): number {
  return milliseconds > 0 ? Math.round((1000 * events) / milliseconds) : 0;
}

function sorted(counts: ReadonlyMap<string, number>): [string, number][] {
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
}

function numberOf(option: string, text: string | undefined, most: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > most) throw new UsageError(`${option} is a whole number from 0 to ${most}`);
  return value;
}

function actionsOf({ actions, world, seed }: Options): ReadonlySet<number> | undefined {
  if (actions === undefined) return undefined;
  if (world === undefined || seed === undefined) throw new UsageError('--actions needs --seed and --world');
  if (!/^\d+(,\d+)*$/.test(actions)) throw new UsageError('--actions is a list of whole numbers such as 3,17,42');
  return new Set(actions.split(',').map(Number));
}

/** The commit that runs, where this is a working copy, else the version. */
async function commitOf(): Promise<string> {
  const { dirname } = import.meta;
  try {
    const { stdout } = await promisify(execFile)('git', ['rev-parse', '--short=12', 'HEAD'], { cwd: dirname });
    return `commit ${stdout.trim()}`;
  } catch {
    return `version ${process.env.npm_package_version ?? 'unknown'}`;
  }
}
