// A service or a command with a wrong configuration, in a process of its own.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { clusterConfiguration } from './configuration.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'configuration-'));
  file = join(folder, 'cluster.json');
});

afterEach(() => rmSync(folder, { recursive: true }));

function run(args: readonly string[], environment: Readonly<Record<string, string>>) {
  const env = { ...process.env, NODE_OPTIONS: '', ...environment };
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, env, encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe('a process with a wrong configuration', () => {
  it('ends with 3 and the name of the key', () => {
    const wrong = { status: 3, stdout: '', stderr: `error: kafka.broker in ${file}: unexpected property\n` };
    writeFileSync(file, '{"kafka":{"broker":["127.0.0.1:9092"]}}');
    expect(run(['dist/apps/balance/main.js'], { TALLYSTICK_CONFIG: file })).toEqual(wrong);
    expect(run(['dist/apps/cli/main.js', '--config', file, 'migrate'], {})).toEqual(wrong);
    expect(run(['dist/apps/balance/main.js'], { TALLYSTICK_HTTP_PORT: 'eighty' })).toEqual({
      status: 3,
      stdout: '',
      stderr: 'error: TALLYSTICK_HTTP_PORT: expected integer\n',
    });
  });

  it('ends with 3 and the name of the file where the configuration is not there', () => {
    expect(run(['dist/apps/balance/main.js'], { TALLYSTICK_CONFIG: file })).toEqual({
      status: 3,
      stdout: '',
      stderr: `error: ${file}: can not be read\n`,
    });
  });
});

describe('a configuration', () => {
  const load = (content: object) => {
    writeFileSync(file, JSON.stringify(content));
    return () => clusterConfiguration({ file, environment: {} });
  };

  it('needs nothing at all', () => {
    expect(load({})()).toMatchObject({ http: { port: 8080 }, kafka: { partitions: 12 }, rpc: { services: {} } });
  });

  it.each([
    [{ cassandra: { consistency: 'most' } }, 'cassandra.consistency', /expected union value/],
    [{ kafka: { partitions: 0 } }, 'kafka.partitions', /greater or equal/],
    [{ mesh: true }, 'mesh', /unexpected property/],
    [{ standIn: { enabled: true } }, 'standIn.limits', /is empty, and standIn.enabled is true/],
    [{ standIn: { limits: { GBP: { perTransaction: 5_000 } } } }, 'standIn.limits.GBP.perCard', /expected/],
    [{ rpc: { services: { ledger: 'http://ledger' } } }, 'rpc.services.ledger', /expected array/],
    [{ kafka: { sasl: 'scram-sha-256' } }, 'kafka.username', /is missing: kafka.sasl is scram-sha-256/],
    [{ cassandra: { username: 'bank' } }, 'cassandra.password', /is missing: cassandra.username is bank/],
    [
      { journal: { connection: 'esdb://h:2113?tls=false', username: 'bank', password: 'x' } },
      'journal.username',
      /only sent over TLS/,
    ],
    [{ kafka: { tls: true, caFile: '/no/such.pem' } }, 'kafka.caFile', /no\/such.pem can not be read/],
  ])('is refused with the name of the key: %j', (content, key, complaint) => {
    const loading = load(content);
    expect(loading).toThrow(`${key} in ${file}: `);
    expect(loading).toThrow(complaint);
  });
});
