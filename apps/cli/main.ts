// `tallystick`: the command line of this process.
import type { OpenBooks } from './books.js';
import { run } from './program.js';
import type { Terminal } from './session.js';

const terminal: Terminal = {
  out: (text) =>
    new Promise((resolve, reject) => {
      process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
    }),
  err: (text) => {
    process.stderr.write(text);
  },
  progress: process.stderr.isTTY ? { stream: process.stderr, now: () => performance.now() } : undefined,
};

// The bank is loaded by the commands that need it, so that a wrong argument is answered at once.
const openBooks: OpenBooks = async ({ config, ...options }) =>
  config === undefined
    ? (await import('../bank/open-books.js')).openBooks(options)
    : (await import('../bank/cluster/cluster-books.js')).openClusterBooks(config, options.signal);

const stopping = new AbortController();
process.once('SIGINT', () => stopping.abort(new Error('stopped')));
process.once('SIGTERM', () => stopping.abort(new Error('stopped')));
// A write that fails rejects, and the command ends by that; node would end the process first, with the books open.
process.stdout.on('error', () => {});

// A command may wait for nothing but a deadline, whose timer keeps no process alive.
const alive = setInterval(() => {}, 2 ** 30);
process.exitCode = await run(process.argv.slice(2), { terminal, signal: stopping.signal, openBooks });
clearInterval(alive);
