// What has to be true before any of our programs runs: dependencies installed, sources built, a Node that is new enough.
// Plain JavaScript on Node's own modules, for Node 20.19 and later: it runs before anything is installed.

import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's folder. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

const NODE_MAJOR = 24;
/** Requests leave much garbage that is short-lived: with more room for it, an eighth less CPU goes into a decision. Megabytes. */
const NODE_FLAGS = [
  '--max-semi-space-size=32',
  // kafkajs asks for timers in the past, which Node takes for 1 ms, as it should.
  '--disable-warning=TimeoutNegativeWarning',
];
const LOCK = join(ROOT, 'package-lock.json');
const INSTALL_STAMP = join(ROOT, 'node_modules', '.tallystick-installed');
const BUILD_STAMP = join(ROOT, 'dist', '.tallystick-built');
const BUNDLED_NODE = join(ROOT, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

/** Runs `npm ci` where node_modules is missing or belongs to another package-lock.json. */
export function ensureInstalled() {
  if (isInstalled()) return;
  progress('installing dependencies (npm ci), about a minute');
  // npm tells its scripts where it is; without it, whatever npm is on the path.
  const npm = process.env.npm_execpath;
  if (npm?.endsWith('.js')) run(process.execPath, [npm, 'ci', '--loglevel=error'], 'npm ci failed');
  else run(process.platform === 'win32' ? 'npm.cmd' : 'npm', ['ci', '--loglevel=error'], 'npm ci failed');
  writeFileSync(INSTALL_STAMP, lockHash());
}

/** Builds the programs where a source is newer than the last build. */
export function ensureBuilt() {
  if (existsSync(BUILD_STAMP) && newestSource() <= statSync(BUILD_STAMP).mtimeMs) return;
  progress('building');
  // From before the build: a source saved while it runs makes the next start build again.
  const started = new Date();
  runNode(
    ['node_modules/typescript/bin/tsc', '-b', 'apps', 'packages/journal/eventstoredb/standin'],
    'the build failed',
  );
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  writeFileSync(BUILD_STAMP, `${started.toISOString()}\n`);
}

/**
 * Continues in a Node that is new enough (the one that comes with the dependencies where this one is older) and has our flags: the same
 * script with the same arguments. Returns only where this Node is that one.
 */
export async function continueOnBundledNode(script = process.argv[1]) {
  const isNewEnough = Number(process.versions.node.split('.')[0]) >= NODE_MAJOR;
  if (isNewEnough && NODE_FLAGS.every((flag) => process.execArgv.includes(flag))) return endWithParent();
  const node = isNewEnough ? process.execPath : BUNDLED_NODE;
  const child = spawn(node, [...NODE_FLAGS, ...process.execArgv, script, ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  // Ctrl-C reaches the child by itself where there is a terminal; passing it on as well would count as the second.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'));
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  const [code, signal] = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (...outcome) => resolve(outcome));
  });
  process.exit(signal === null ? code : 1);
}

/** A parent that is killed takes us with it: nobody would know of us. Its end is the channel's; waiting for it keeps nothing running. */
function endWithParent() {
  if (process.channel === undefined) return;
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel.unref();
}

/** Runs a program of the dependencies from the repository's folder; ends this process with its code where it fails. */
export function runNode(args, complaint) {
  run(existsSync(BUNDLED_NODE) ? BUNDLED_NODE : process.execPath, args, complaint);
}

function run(command, args, complaint) {
  // Standard output belongs to the program that is being prepared: it may be one JSON document.
  const { status, error } = spawnSync(command, args, {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
    shell: command.endsWith('.cmd'),
  });
  if (status === 0) return;
  progress(error === undefined ? complaint : `${complaint}: ${error.message}`);
  process.exit(3);
}

function isInstalled() {
  if (!existsSync(BUNDLED_NODE)) return false;
  if (existsSync(INSTALL_STAMP)) return readFileSync(INSTALL_STAMP, 'utf8') === lockHash();
  // Installed by hand: npm writes this file at the end, so it is newer than the lock that it was made from.
  const written = join(ROOT, 'node_modules', '.package-lock.json');
  return existsSync(written) && statSync(written).mtimeMs >= statSync(LOCK).mtimeMs;
}

function lockHash() {
  return createHash('sha256').update(readFileSync(LOCK)).digest('hex');
}

/** When the newest source was changed, in milliseconds since 1970. */
function newestSource() {
  const files = ['apps', 'packages'].flatMap((folder) => sourcesBelow(join(ROOT, folder)));
  const configurations = ['tsconfig.base.json', 'package-lock.json'].map((name) => join(ROOT, name));
  return Math.max(...[...files, ...configurations].map((file) => statSync(file).mtimeMs));
}

function sourcesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'dist' || entry.name === 'node_modules') return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourcesBelow(path);
    return /(?<!\.(spec|suite))\.ts$|^tsconfig\.json$|^package\.json$/.test(entry.name) ? [path] : [];
  });
}

function progress(sentence) {
  process.stderr.write(`tallystick: ${sentence}\n`);
}
