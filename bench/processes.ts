// What the processes of a run cost, read from /proc, and how they are started and stopped.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

interface Stat {
  readonly pid: number;
  readonly parent: number;
  /** Of the process itself, seconds. */
  readonly own: number;
  /** Of its children that have ended, seconds. */
  readonly ended: number;
}

let ticks: number | undefined;
function ticksPerSecond(): number {
  ticks ??= Number(spawnSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }).stdout) || 100;
  return ticks;
}

function statOf(pid: number): Stat | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The command's name may hold spaces: count the fields from the parenthesis that ends it. Field numbers as in proc(5).
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const field = (number: number) => Number(fields[number - 3]);
  const seconds = (ticksOf: number) => ticksOf / ticksPerSecond();
  return { pid, parent: field(4), own: seconds(field(14) + field(15)), ended: seconds(field(16) + field(17)) };
}

/** CPU seconds, user and system, of the process and everything below it, also of what has ended there. 0 where there is no such process. */
export function cpuSeconds(pid: number): number {
  const all: Stat[] = [];
  for (const name of readdirSync('/proc')) {
    const stat = /^[0-9]+$/.test(name) ? statOf(Number(name)) : undefined;
    if (stat !== undefined) all.push(stat);
  }
  const below = (parent: number): number => {
    let sum = 0;
    for (const stat of all) if (stat.parent === parent) sum += stat.own + stat.ended + below(stat.pid);
    return sum;
  };
  const self = all.find((stat) => stat.pid === pid);
  return self === undefined ? 0 : self.own + self.ended + below(pid);
}

/** CPU seconds so far of everything on the machine. */
export function busySeconds(): number {
  // user, nice, system, idle, iowait, irq, softirq, steal: all but the waiting.
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] =
    readFileSync('/proc/stat', 'utf8').split('\n', 1)[0]?.split(/\s+/).slice(1).map(Number) ?? [];
  return (user + nice + system + irq + softirq + steal) / ticksPerSecond();
}

/** Megabytes (10^6 bytes) in memory now, and at most so far. */
export interface Memory {
  readonly now: number;
  readonly most: number;
}

export function memoryOf(pid: number): Memory {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const megabytes = (name: string) =>
    (Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? Number.NaN) * 1024) / 1e6;
  return { now: megabytes('VmRSS'), most: megabytes('VmHWM') };
}

export interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Wall clock. */
  readonly seconds: number;
  /** CPU of the command and its children. */
  readonly cpu: number;
}

/** Runs a command to its end. The shell's `times` tells its CPU seconds. */
export async function run(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Finished> {
  const started = performance.now();
  const child = spawn('sh', ['-c', '"$@"; s=$?; times >&3; exit $s', 'sh', command, ...args], {
    ...options,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const [stdout, stderr, times, status] = await Promise.all([
    textOf(child, 1),
    textOf(child, 2),
    textOf(child, 3),
    ended(child),
  ]);
  const seconds = (performance.now() - started) / 1000;
  return { status, stdout, stderr, seconds, cpu: childrenSeconds(times) };
}

const OBSERVE_MS = 50;

/** Runs a command to its end, and sees how much memory it took at most. */
export async function observe(
  command: string,
  args: readonly string[],
): Promise<Finished & { readonly megabytesMost: number }> {
  const started = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let megabytesMost = 0;
  let cpu = 0;
  const looking = setInterval(() => {
    if (child.pid === undefined || statOf(child.pid) === undefined) return;
    const { most } = memoryOf(child.pid);
    // A process that has ended, and that nobody has asked about yet, has no memory any more.
    if (most > megabytesMost) megabytesMost = most;
    cpu = cpuSeconds(child.pid);
  }, OBSERVE_MS);
  try {
    const [stdout, stderr, status] = await Promise.all([textOf(child, 1), textOf(child, 2), ended(child)]);
    return { status, stdout, stderr, seconds: (performance.now() - started) / 1000, cpu, megabytesMost };
  } finally {
    clearInterval(looking);
  }
}

/** Second line of POSIX `times`: user and system seconds of the children, as `0m1.50s 0m0.25s`. */
function childrenSeconds(times: string): number {
  let sum = 0;
  for (const [, minutes, seconds] of (times.split('\n')[1] ?? '').matchAll(/(\d+)m([\d.]+)s/g))
    sum += Number(minutes) * 60 + Number(seconds);
  return sum;
}

async function textOf(child: ChildProcess, descriptor: 1 | 2 | 3): Promise<string> {
  const stream = child.stdio[descriptor];
  if (stream === null || stream === undefined || !('read' in stream)) return '';
  let text = '';
  for await (const chunk of stream.setEncoding('utf8')) text += chunk;
  return text;
}

export function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code));
  });
}

const POLL_MS = 20;

/** Asks again and again until there is an answer. @throws after `limitMs` */
export async function until<T>(
  what: string,
  limitMs: number,
  ask: () => T | undefined | Promise<T | undefined>,
): Promise<T> {
  const last = performance.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > last) throw new Error(`${what}: not within ${limitMs / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

export function isInstalled(command: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${command}`]).status === 0;
}
