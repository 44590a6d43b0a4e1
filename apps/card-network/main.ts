// The card network as a program of its own: `tallystick network play` starts it. Exit 0 where the bank agrees about every card, 1 where it does not,
// 2 for bad usage, 3 where it could not run. A first Ctrl-C finishes what is open and compares, a second one ends it.
import { type Progress, play } from './simulator/network.js';
import { optionsOf, USAGE, UsageError } from './simulator/options.js';
import { agrees, documentOf, textOf } from './simulator/report.js';

const STOPPED = 130;

const stopping = new AbortController();
/** A Ctrl-C may reach us from the terminal and from whoever started us. */
const ONE_SIGNAL_MS = 500;
let stoppedAt: number | undefined;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    const now = performance.now();
    if (stoppedAt !== undefined && now - stoppedAt > ONE_SIGNAL_MS) process.exit(STOPPED);
    stoppedAt ??= now;
    stopping.abort();
  });
}

let before = { elapsed: 0, sent: 0 };

function tell({ elapsed, sent, open, cuts }: Progress): void {
  const rate = Math.round((1000 * (sent - before.sent)) / Math.max(1, elapsed - before.elapsed));
  before = { elapsed, sent };
  const line = `${Math.round(elapsed / 1000)} s  ${sent} messages  ${rate}/s  ${cuts} links cut  ${open} stories open`;
  process.stderr.write(process.stderr.isTTY ? `\r${line.padEnd(78)}` : `${line}\n`);
}

try {
  const { wanted, bank, json } = optionsOf(process.argv.slice(2), process.env, Math.random);
  process.stderr.write(`seed ${wanted.seed}\n`);
  const played = await play(bank, wanted, {
    now: Date.now,
    clock: () => performance.now(),
    signal: stopping.signal,
    onProgress: tell,
  });
  if (process.stderr.isTTY) process.stderr.write('\n');
  process.stdout.write(json ? `${JSON.stringify(documentOf(played), amounts, 2)}\n` : textOf(played));
  process.exitCode = agrees(played) ? 0 : 1;
} catch (error) {
  const usage = error instanceof UsageError;
  process.stderr.write(`error: ${error instanceof Error ? error.message : error}\n${usage ? USAGE : ''}`);
  process.exitCode = usage ? 2 : 3;
}

/** What is believed of an account stays far below 2^53. */
function amounts(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}
