// Another release of this repository beside this checkout: its source as git has it, installed and built by its own scripts.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** Installs and builds what is missing, then runs the command line. */
const OWN_SCRIPT = join('scripts', 'tallystick.mjs');
const MARK = '.tallystick-release';

/** What was asked for can't be had. */
export class NoSuchRelease extends Error {}

export interface Release {
  readonly commit: string;
  /** Version, short commit, date and subject: for people. */
  readonly title: string;
}

/** @returns this checkout's own, said to have changes where it has some that are not committed */
export function ownRelease(): Release {
  const own = releaseOf('HEAD');
  const isChanged = git('status', '--porcelain', '--untracked-files=no') !== '';
  return { ...own, title: own.title + (isChanged ? ', with changes that are not committed' : '') };
}

/** @throws NoSuchRelease */
export function releaseOf(ref: string): Release {
  const commit = commitOf(ref);
  if (commit === undefined) throw new NoSuchRelease(`${ref} is no commit of this repository`);
  const { version } = Object(JSON.parse(git('show', `${commit}:package.json`)));
  return { commit, title: `${version} at ${git('log', '-1', '--format=%h (%ci, %s)', commit)}` };
}

/**
 * The newest tag; where there is none, what was there before the newest change to these folders.
 * @throws NoSuchRelease where there is neither
 */
export function newestOther(folders: readonly string[]): string {
  const tags = git('tag', '--sort=-creatordate', '--merged', 'HEAD').split('\n');
  const head = commitOf('HEAD');
  const tag = tags.find((each) => each !== '' && commitOf(each) !== head);
  return tag ?? `${git('log', '-1', '--format=%H', '--', ...folders)}~1`;
}

function commitOf(ref: string): string | undefined {
  const { status, stdout } = spawnSync('git', ['-C', ROOT, 'rev-parse', '--verify', '--quiet', `${ref}^{commit}`]);
  return status === 0 ? stdout.toString().trim() : undefined;
}

/** Of the programs' sources, how much lies between two releases: one line. */
export function distance(one: Release, other: Release): string {
  const stat = git('diff', '--shortstat', one.commit, other.commit, '--', 'apps', 'packages', 'schemas');
  return stat === '' ? 'no difference' : stat.trim();
}

/**
 * Its source in the folder, installed and built. What is there already is used again. Progress goes to standard error.
 * @throws NoSuchRelease where it can't be built
 */
export async function prepare({ commit }: Release, folder: string, signal: AbortSignal): Promise<void> {
  const mark = join(folder, MARK);
  if (!existsSync(mark) || readFileSync(mark, 'utf8') !== commit) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const archive = join(folder, '.tar');
    git('archive', '--format=tar', '--output', archive, commit);
    run('tar', '-xf', archive, '-C', folder);
    rmSync(archive);
    writeFileSync(mark, commit);
  }
  if (!existsSync(join(folder, OWN_SCRIPT)))
    throw new NoSuchRelease(`${commit} has no ${OWN_SCRIPT}, which installs and builds it`);
  await runThere(folder, ['--help'], signal);
}

/** Runs that release's own `tallystick`. @throws NoSuchRelease where it fails, having said why on standard error */
export async function runThere(folder: string, args: readonly string[], signal: AbortSignal): Promise<void> {
  const ended = new Promise<number | null>((resolve, reject) => {
    // What it prints is of no use here; what it complains of is.
    const options = { cwd: folder, env: withoutNpm(process.env), signal };
    const child = spawn(process.execPath, [OWN_SCRIPT, ...args], {
      ...options,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    child.once('error', reject).once('exit', resolve);
  });
  const status = await ended;
  if (status !== 0) throw new NoSuchRelease(`tallystick ${args.join(' ')} of the other release ended with ${status}`);
}

/** As in a shell of its own: npm tells its scripts which package they belong to, and that would be ours. */
function withoutNpm(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(
    ([name]) => name === 'npm_execpath' || !/^(npm_|INIT_CWD)/.test(name),
  );
  return Object.fromEntries(kept);
}

function git(...args: readonly string[]): string {
  return run('git', '-C', ROOT, ...args);
}

function run(command: string, ...args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 64 * 1024 ** 2 });
  if (status === 0) return stdout.trim();
  throw new NoSuchRelease(`${command} ${args.join(' ')}: ${error?.message ?? stderr.trim()}`);
}
