import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { stopOnSignal } from './stop-on-signal.js';

function stopping(stop: () => Promise<void>, graceMs = 60_000) {
  const signals = new EventEmitter();
  const reported: unknown[] = [];
  const exited = new Promise<number>((exit) => {
    stopOnSignal({ signals, stop, exit, report: (error) => reported.push(error), graceMs });
  });
  return { signals, exited, reported };
}

describe('a process told to stop', () => {
  it('exits with 0 when it has stopped', async () => {
    const { signals, exited } = stopping(async () => undefined);
    signals.emit('SIGTERM');
    expect(await exited).toBe(0);
  });

  it('exits with 1 and reports when stopping fails', async () => {
    const { signals, exited, reported } = stopping(async () => Promise.reject(new Error('no')));
    signals.emit('SIGINT');
    expect(await exited).toBe(1);
    expect(reported).toEqual([new Error('no')]);
  });

  it('exits at the second signal without waiting', async () => {
    const { signals, exited } = stopping(() => new Promise(() => undefined));
    signals.emit('SIGINT');
    signals.emit('SIGINT');
    expect(await exited).toBe(1);
  });

  it('exits when stopping takes longer than the grace', async () => {
    const { signals, exited } = stopping(() => new Promise(() => undefined), 1);
    const keepAlive = setInterval(() => undefined, 1000);
    signals.emit('SIGTERM');
    expect(await exited).toBe(1);
    clearInterval(keepAlive);
  });
});
