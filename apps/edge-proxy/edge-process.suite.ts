// The built edge in a process of its own, with its switch in memory and one token that is good. `tsc -b` (npm test does it) comes first.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { until } from '../bank/bank-process.suite.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const BUILT = join(ROOT, 'dist/apps/edge-proxy/edge-proxy.module.js');
export const PROCESS_TOKEN = 'the-one-token';

const program = (upstream: string, drainMs: number) => `
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { authContract, defineContract } from '@tallystick/contracts';
import { pooledRandom, systemTime } from '@tallystick/transport';
import { inProcessTransport } from '@tallystick/transport/in-process';
import { ContractsModule, RANDOM, RECORDS, REPORT, SECRETS, TIME } from '@tallystick/transport/nest';
import { createService, stopOnSignal } from '@tallystick/transport/service';
import { MemoryRecords } from '@tallystick/views/memory/index';
import { Registry } from 'prom-client';
import { defaultEdge } from '${pathToFileURL(join(ROOT, 'dist/apps/edge-proxy/configuration.js'))}';
import { EdgeProxy, EdgeProxyModule } from '${pathToFileURL(BUILT)}';

const report = (error) => console.error(error);
const transport = inProcessTransport({ mode: 'direct', time: systemTime, random: pooledRandom(), report });
const known = { userId: 'user_1', clientId: 'oauth2client_1', approved: true, wholeHistoryUntil: 0n };
const { authenticate } = authContract.methods;
transport.answer(defineContract('auth', { authenticate }), {
  authenticate: async ({ token }) =>
    token === '${PROCESS_TOKEN}' ? { known, refused: null } : { known: null, refused: 'unknown' },
});
const secrets = { current: (name) => ({ version: 1, bytes: new TextEncoder().encode(name) }) };
const provided = [
  [RECORDS, new MemoryRecords()],
  [TIME, systemTime],
  [RANDOM, pooledRandom()],
  [SECRETS, secrets],
  [REPORT, report],
];
class Ports {}
const providers = provided.map(([provide, useValue]) => ({ provide, useValue }));
const ports = { module: Ports, global: true, providers, exports: provided.map(([provide]) => provide) };
const rateLimit = { burst: 1e9, perSecond: 1e9 };
const configuration = { ...defaultEdge, port: 0, drainMs: ${drainMs}, rateLimit };
const edge = EdgeProxyModule.with({ configuration, stacks: { first: { api: ['${upstream}'] } } });
class Edge {}
Module({ imports: [ports, ContractsModule.forRoot({ transport }), edge] })(Edge);
const service = await createService({
  module: Edge,
  title: { title: 'Edge', version: '1' },
  host: '127.0.0.1',
  port: 0,
  metrics: new Registry(),
  report,
});
const stop = () => service.stop();
stopOnSignal({ signals: process, stop, exit: (code) => process.exit(code), report, graceMs: 15_000 });
await service.start();
console.log(service.app.get(EdgeProxy, { strict: false }).url);
`;

export class EdgeProcess {
  private constructor(
    private readonly child: ChildProcess,
    /** The public door. */
    readonly url: string,
    private readonly log: () => string,
  ) {}

  static async start(upstream: string, drainMs: number): Promise<EdgeProcess> {
    if (!existsSync(BUILT)) throw new Error(`${BUILT} is not built: run npm run build`);
    const args = ['--input-type=module', '-e', program(upstream, drainMs)];
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      env: { ...process.env, NODE_OPTIONS: '' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let printed = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        printed += text;
      });
    const url = await until('the edge starts', () => {
      if (child.exitCode !== null) throw new Error(`the edge ended: ${printed}`);
      return /^(http:\S+)\n/m.exec(printed)?.[1];
    });
    return new EdgeProcess(child, url, () => printed);
  }

  /** SIGTERM. @returns its exit code, and what it printed */
  async drain(): Promise<{ readonly code: number | null; readonly log: string }> {
    this.child.kill('SIGTERM');
    return { code: await this.ended(), log: this.log() };
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended();
  }

  private async ended(): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'close');
    return this.child.exitCode;
  }
}
