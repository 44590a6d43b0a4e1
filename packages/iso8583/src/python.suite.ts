// pyiso8583, an implementation that is none of ours, in a virtual environment that is kept for the next run.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGE = 'pyiso8583';
const VERSION = '4.0.1';
const SCRIPT = fileURLToPath(new URL('../interop/pyiso8583.py', import.meta.url));
const INSTALL_MS = 120_000;

export type PyMessage = Readonly<Record<string, string>>;
interface Asked {
  readonly dialect: 'ascii' | 'ebcdic' | 'binary';
  readonly message?: PyMessage;
  readonly hex?: string;
}
export interface Answered {
  readonly message?: PyMessage;
  readonly hex?: string;
  readonly error?: string;
}

/** What asks pyiso8583 many things at once. */
export type Ask = (questions: readonly Asked[]) => readonly Answered[];

/**
 * @returns undefined, having said why, where there is no Python or no package index
 * @throws Error then, where TALLYSTICK_REQUIRES names `python`
 */
export function openPyiso8583(): Ask | undefined {
  const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'tallystick', 'python');
  const environment = join(folder, `${PACKAGE}-${VERSION}`);
  const problem = existsSync(environment) ? undefined : install(folder, environment);
  if (problem === undefined) return (questions) => ask(join(environment, 'bin', 'python'), questions);
  if ((process.env.TALLYSTICK_REQUIRES ?? '').split(',').includes('python'))
    throw new Error(`${PACKAGE} must be talked to here: ${problem}`);
  process.stderr.write(`SKIPPED: the messages of ${PACKAGE}: ${problem}\n`);
  return undefined;
}

/** Built beside its place and moved there whole, so that two runs don't meet half of it. @returns what went wrong */
function install(folder: string, environment: string): string | undefined {
  mkdirSync(folder, { recursive: true });
  const building = mkdtempSync(`${environment}-`);
  try {
    const problem =
      failureOf('python3', ['-m', 'venv', building]) ??
      failureOf(join(building, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', `${PACKAGE}==${VERSION}`]);
    if (problem === undefined && !existsSync(environment)) renameSync(building, environment);
    return problem;
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
}

function failureOf(program: string, args: readonly string[]): string | undefined {
  const { error, status, stderr } = spawnSync(program, args, { encoding: 'utf8', timeout: INSTALL_MS });
  if (error !== undefined) return error.message;
  return status === 0 ? undefined : `${program} ${args.join(' ')}: ${stderr.trim()}`;
}

function ask(python: string, questions: readonly Asked[]): readonly Answered[] {
  const input = questions.map((question) => `${JSON.stringify(question)}\n`).join('');
  const { stdout, stderr, status } = spawnSync(python, [SCRIPT], {
    cwd: dirname(SCRIPT),
    input,
    encoding: 'utf8',
    timeout: INSTALL_MS,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`pyiso8583: ${stderr}`);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line): Answered => JSON.parse(line));
}
