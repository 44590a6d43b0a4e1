// Builds the bench, and what it measures, and runs it. Options: node dist/bench/main.js --help, or docs/performance.md.
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const node = (...args) => spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status ?? 3;

// A Ctrl-C reaches the bench too, which stops what it started: wait for it.
process.on('SIGINT', () => {});
const standin = 'packages/journal/eventstoredb/standin';
const built = node(join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-b', 'bench', standin);
// kafkajs sets timers to times that have passed.
const flags = ['--disable-warning=TimeoutNegativeWarning'];
process.exitCode = built === 0 ? node(...flags, join(root, 'dist', 'bench', 'main.js'), ...process.argv.slice(2)) : 3;
