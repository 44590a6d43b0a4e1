// pyiso8583, an implementation that is none of ours.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openPython } from '@tallystick/servers/python';

const SCRIPT = fileURLToPath(new URL('../interop/pyiso8583.py', import.meta.url));
const ANSWER_MS = 120_000;

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
  const programs = openPython({ name: 'pyiso8583', version: '4.0.1' });
  return programs === undefined ? undefined : (questions) => ask(join(programs, 'python'), questions);
}

function ask(python: string, questions: readonly Asked[]): readonly Answered[] {
  const input = questions.map((question) => `${JSON.stringify(question)}\n`).join('');
  const { stdout, stderr, status } = spawnSync(python, [SCRIPT], {
    cwd: dirname(SCRIPT),
    input,
    encoding: 'utf8',
    timeout: ANSWER_MS,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`pyiso8583: ${stderr}`);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line): Answered => JSON.parse(line));
}
