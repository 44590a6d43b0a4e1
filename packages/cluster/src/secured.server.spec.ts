// Services on servers that ask who they are, all from one configuration file; and what happens to them while they run.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type CassandraServer,
  certificateFor,
  type KafkaServer,
  type NodeProcess,
  startCassandra,
  startKafka,
} from '@tallystick/servers';
import { openSecretsFile, staffTokenOf } from '@tallystick/transport/service';
import cassandraDriver from 'cassandra-driver';
import kafkajs from 'kafkajs';
import { type RunningService, Services, until } from './services.suite.js';

const CLI = fileURLToPath(new URL('../../../dist/apps/cli/main.js', import.meta.url));
const START_MS = 400_000;
const PREFIX = 'secured-';
const PARTITIONS = 2;
/** As many as it takes to open an account and see it. */
const FEW = ['relay', 'ledger', 'balance', 'accounts'];
/** `tallystick replay` waits for every view. */
const OTHER_VIEWS = ['cards', 'payments', 'transactions', 'merchant', 'feed-generator', 'finance'];

let folder: string;
let services: Services;
let kafka: KafkaServer;
let cassandra: CassandraServer;
let standIn: NodeProcess;
let ports: Readonly<Record<string, { readonly port: number; readonly rpcPort: number }>>;
let journalPort: number;
const password = randomBytes(8).toString('hex');

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'secured-'));
  services = new Services();
  [kafka, cassandra] = await Promise.all([
    startKafka({ folder: join(folder, 'kafka'), scram: { username: 'bank', password } }),
    startCassandra({ folder: join(folder, 'cassandra'), password: true }),
  ]);
  const { key, certificate } = await certificateFor('127.0.0.1');
  writeFileSync(join(folder, 'journal.key'), key);
  writeFileSync(join(folder, 'journal.pem'), certificate);
  writeFileSync(join(folder, 'kafka.pem'), kafka.secured?.ca ?? '');
  ({ port: journalPort } = await services.ports());
  standIn = journalWith(`bank:${password}`);
  await standIn.start();
  ports = Object.fromEntries(
    await Promise.all([...FEW, ...OTHER_VIEWS].map(async (name) => [name, await services.ports()] as const)),
  );
  await until('Cassandra has its first user', () => cql('SELECT key FROM system.local').catch(() => undefined));
  configure(known);
  await tallystick('migrate');
}, START_MS);

afterAll(async () => {
  await services.dispose();
  await Promise.all([kafka.stop(), cassandra.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

function journalWith(user: string): NodeProcess {
  const tls = ['--tls-cert', join(folder, 'journal.pem'), '--tls-key', join(folder, 'journal.key')];
  return services.standIn({ port: journalPort, args: [...tls, '--user', user] });
}

/** As which user each server is spoken to. */
interface Users {
  readonly journal: { readonly username: string; readonly password: string };
  readonly kafka: { readonly username: string; readonly password: string };
  readonly cassandra: { readonly username: string; readonly password: string };
}

function configure(users: Users): void {
  const called = Object.entries(ports).map(([name, { rpcPort }]) => [name, [`http://127.0.0.1:${rpcPort}`]]);
  services.configure({
    rpc: { services: Object.fromEntries(called) },
    journal: {
      connection: `esdb://127.0.0.1:${journalPort}?tls=true`,
      caFile: join(folder, 'journal.pem'),
      ...users.journal,
    },
    kafka: {
      brokers: kafka.secured?.brokers,
      topicPrefix: PREFIX,
      partitions: PARTITIONS,
      tls: true,
      caFile: join(folder, 'kafka.pem'),
      sasl: 'scram-sha-256',
      ...users.kafka,
    },
    cassandra: { contactPoints: cassandra.contactPoints, keyspacePrefix: 'secured', ...users.cassandra },
  });
}

const known: Users = {
  journal: { username: 'bank', password },
  kafka: { username: 'bank', password },
  cassandra: { username: 'cassandra', password: 'cassandra' },
};

async function tallystick(...args: string[]): Promise<string> {
  const all = [CLI, '--config', services.configFile, ...args];
  const { stdout } = await promisify(execFile)(process.execPath, all, { encoding: 'utf8' });
  return stdout;
}

async function cql(query: string): Promise<cassandraDriver.types.ResultSet> {
  const client = new cassandraDriver.Client({
    contactPoints: [...cassandra.contactPoints],
    localDataCenter: cassandra.localDataCenter,
    credentials: known.cassandra,
  });
  try {
    return await client.execute(query);
  } finally {
    await client.shutdown();
  }
}

describe('a service whose names and passwords the servers do not know', () => {
  it('says so once of each, and goes on when they are put right there', async () => {
    const late = { username: 'late', password: randomBytes(8).toString('hex') };
    configure({ journal: late, kafka: late, cassandra: late });
    const ledger = await services.start('ledger');
    const sentences = [
      `the EventStoreDB at 127.0.0.1:${journalPort} refuses the user name or password`,
      `Kafka at ${kafka.secured?.brokers.join()} refuses the name or password of late`,
      `Cassandra at ${cassandra.contactPoints.join()} refuses user late with this password`,
    ];
    for (const sentence of sentences) await ledger.says(sentence);
    expect((await ledger.ask('/health/live')).status).toBe(200);
    expect((await ledger.ready()).status).toBe(503);

    kafka.setPassword(late.username, late.password);
    await cql(`CREATE ROLE late WITH PASSWORD = '${late.password}' AND LOGIN = true AND SUPERUSER = true`);
    await standIn.stop();
    standIn = journalWith(`late:${late.password}`);
    await standIn.start();
    await ledger.isReady();
    for (const sentence of sentences) expect([sentence, ledger.times(sentence)]).toEqual([sentence, 1]);
    expect(ledger.log).not.toMatch(/^ +at /m);
    expect(ledger.log).not.toContain(late.password);
    expect(await ledger.end()).toBe(0);
    await standIn.stop();
    standIn = journalWith(`bank:${password}`);
    await standIn.start();
  }, 240_000);
});

describe('services on secured servers', () => {
  const running = new Map<string, RunningService>();
  let keys = 0;

  const service = (name: string): RunningService => {
    const found = running.get(name);
    if (found === undefined) throw new Error(`${name} was not started`);
    return found;
  };

  beforeAll(async () => {
    configure(known);
    await start(FEW);
  }, START_MS);

  const start = async (names: readonly string[]) => {
    for (const name of names) running.set(name, await services.start(name, ports[name]));
    for (const name of names) await service(name).isReady();
  };

  const headers = () => {
    const secrets = openSecretsFile(join(services.folder, 'secrets.json'), [], () => new Uint8Array());
    return { authorization: `Bearer ${staffTokenOf(secrets)}`, 'content-type': 'application/json' };
  };

  /** Opens an account and reads its balance from the view. */
  const openAndRead = async (overdraft: number): Promise<unknown> => {
    const { url } = service('accounts');
    const opened = await fetch(`${url}/staff/accounts`, {
      method: 'POST',
      headers: { ...headers(), 'idempotency-key': `open-${keys++}` },
      body: JSON.stringify({ currency: 'GBP', overdraft_limit: overdraft }),
    });
    const { account_id, position } = (await opened.json()) as { account_id: string; position: string }; // as its schema says
    const read = await fetch(`${url}/staff/accounts/${account_id}/balance`, {
      headers: { ...headers(), 'x-min-ledger-position': position },
    });
    const balance = (await read.json()) as { readonly available?: unknown }; // as its schema says
    return read.status === 200 ? balance.available : balance;
  };

  it('put an account that is opened into the balance view', async () => {
    expect(await openAndRead(1_200)).toBe(1_200);
    expect(service('balance').log).not.toMatch(/^ +at /m);
  });

  it('set aside what can not be decoded, say and count it, and go on', async () => {
    const client = new kafkajs.Kafka({ brokers: [...kafka.brokers], logLevel: kafkajs.logLevel.NOTHING });
    const producer = client.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await producer.connect();
    const messages = Array.from({ length: PARTITIONS }, (_, partition) => ({ partition, value: 'garbage' }));
    await producer.send({ topic: `${PREFIX}account-events`, messages });
    await producer.disconnect();
    for (let i = 0; i < 2 * PARTITIONS; i++) expect(await openAndRead(i)).toBe(i);

    const balance = service('balance');
    await balance.says(/balance: secured-account-events\/\d at \d+ can't be decoded and is set aside: \S+/);
    const counted = `tallystick_dead_letters_total{consumer="balance",topic="${PREFIX}account-events"} ${PARTITIONS}`;
    await until('it is counted', async () =>
      (await balance.ask('/metrics')).text.includes(counted) ? true : undefined,
    );

    const letters: Record<string, string>[] = [];
    const consumer = client.consumer({ groupId: `${PREFIX}reads-letters` });
    await consumer.connect();
    await consumer.subscribe({ topics: [`${PREFIX}dead-letters`], fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ message }) => {
        const about = Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]);
        letters.push({ ...Object.fromEntries(about), value: String(message.value) });
      },
    });
    const ofBalance = () => letters.filter((letter) => letter['dead-letter-consumer'] === 'balance');
    await until('the letters are there', () => (ofBalance().length === PARTITIONS ? true : undefined));
    await consumer.disconnect();
    for (const letter of ofBalance())
      expect(letter).toMatchObject({
        'dead-letter-topic': `${PREFIX}account-events`,
        'dead-letter-reason': expect.stringMatching(/\w/),
        value: 'garbage',
      });
  });

  it('go on in a new generation of the views when it is switched to', async () => {
    await start(OTHER_VIEWS);
    await tallystick('replay');
    await service('balance').says('the views go on in generation 2');
    await service('ledger').says('the views go on in generation 2');
    for (let i = 0; i < 2 * PARTITIONS; i++) expect(await openAndRead(100 + i)).toBe(100 + i);
    expect(await tallystick('replay', '--verify')).toMatch(/^no difference/);
    for (const each of running.values()) {
      expect([each.process.exitCode, each.process.signalCode]).toEqual([null, null]);
      await each.isReady();
    }
  }, 240_000);
});
