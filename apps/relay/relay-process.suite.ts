// The built relay in a process of its own, over a SQLite journal, so that it can be killed. `tsc -b` (npm test does it) comes first.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const PROGRAM = `
import { topicWriter } from '@tallystick/bus/kafka/index';
import { openReader } from '@tallystick/journal/sqlite/index';
import { pause } from '@tallystick/transport/pause';
import { Relay } from './dist/apps/relay/relay.js';

const { journalPath, connection, topics } = JSON.parse(process.env.RELAY_TEST);
const journal = openReader(journalPath, { pollMs: 5 });
const writer = topicWriter({ connection, topics });
const report = (error) => console.error('reported: ' + error.message);
const relay = new Relay({ journal, writer, pause, report, now: () => performance.now() });
await relay.run(new AbortController().signal).catch((error) => {
  console.error(error.name + ': ' + error.message);
  process.exit(3);
});
`;

export interface RelayProcessOptions {
  readonly journalPath: string;
  readonly connection: { readonly brokers: readonly string[] };
  readonly topics: { readonly prefix: string; readonly partitions: number };
}

export class RelayProcess {
  stderr = '';
  readonly #child: ChildProcess;
  readonly #exit: Promise<unknown[]>;

  constructor(options: RelayProcessOptions) {
    if (!existsSync(join(ROOT, 'dist/apps/relay/relay.js')))
      throw new Error('the relay is not built: run npm run build');
    this.#child = spawn(
      process.execPath,
      ['--disable-warning=TimeoutNegativeWarning', '--input-type=module', '-e', PROGRAM],
      {
        cwd: ROOT,
        env: { ...process.env, NODE_OPTIONS: '', RELAY_TEST: JSON.stringify(options) },
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    this.#exit = once(this.#child, 'close');
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
  }

  /** SIGKILL; resolves when it is gone. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exit;
  }

  /** The status that it ended with by itself. */
  async ended(): Promise<unknown> {
    const [status] = await this.#exit;
    return status;
  }
}
