// A bank of its own for a run: `tallystick start` in a process, on a folder that is gone afterwards.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addressOf } from '../address.js';
import type { Bank } from './conformance.js';

export interface StartedBank extends Bank {
  stop(): Promise<void>;
}

/** @param script the built command line @throws where it ends before it listens */
export async function startBank(script: string): Promise<StartedBank> {
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'));
  const where = ['--json', '--data', join(folder, 'data')];
  const args = [
    script,
    ...where,
    'start',
    '--drivable-clock',
    '--port',
    '0',
    '--edge-port',
    '0',
    '--iso8583-port',
    '0',
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'close');
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const told = new Promise<string>((resolve) => {
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
      if (text.trimEnd().endsWith('}')) resolve(text);
    });
  });
  const document = await Promise.race([told, ended.then(() => undefined)]);
  if (document === undefined) {
    await stop();
    throw new Error(`the bank ended: ${errors}`);
  }
  const { url, iso8583, staff_token: staffToken } = JSON.parse(document);
  return { url, iso8583: addressOf(iso8583), staffToken, stop };
}
