// Builds the kill drill, and the bank that it kills, and runs it: npm run drill:kill -- --rounds 5 --seed 1; --cluster for a bank of
// separate processes.
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const node = (...args) => spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status ?? 3;

// A Ctrl-C reaches the drill too, which stops what it started: wait for it.
process.on('SIGINT', () => {});
const built = node(
  join(root, 'node_modules', 'typescript', 'bin', 'tsc'),
  '-b',
  'drill',
  'packages/journal/eventstoredb/standin',
);
process.exitCode = built === 0 ? node(join(root, 'dist', 'drill', 'main.js'), ...process.argv.slice(2)) : 3;
