// One Kafka broker that is its own controller, for tests and for a bank on one machine.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jarsOf, type Report } from './artefacts.js';
import { certificateFor } from './certificate.js';
import { JavaProcess, runJava, type Server } from './java.js';
import { freePorts } from './ports.js';

export interface KafkaOptions {
  /** Absolute; settings and data lie below it. Once used, its ports stay as they were. */
  readonly folder: string;
  /** Adds a listener that asks for TLS and SCRAM-SHA-256 by this name and password. */
  readonly scram?: { readonly username: string; readonly password: string };
  /** Any free one where it is left out. */
  readonly port?: number;
  readonly report?: Report;
  /** It is to run for long under load: its code is compiled for speed, which costs processor time in the first minutes. */
  readonly lasting?: boolean;
}

export interface KafkaServer extends Server {
  /** `host:port`, without TLS or password. */
  readonly brokers: readonly string[];
  /** The listener with TLS and SCRAM, and the certificate to trust, PEM. */
  readonly secured?: { readonly brokers: readonly string[]; readonly ca: string };
  /** From now on this name has this SCRAM-SHA-256 password. */
  setPassword(username: string, password: string): void;
}

const HOST = '127.0.0.1';
const CLUSTER_ID = 'MkU3OEVBNTcwNTJENDM2Qk';
const START_PATIENCE_MS = 120_000;
const QUICK_START = '-XX:TieredStopAtLevel=1';
const JVM = [
  '-Xms128m',
  '-Xmx512m',
  '-XX:+UseSerialGC',
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  '-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info',
];

/** @throws one sentence where it can't be fetched or does not start */
export async function startKafka({ folder, scram, port, report, lasting = false }: KafkaOptions): Promise<KafkaServer> {
  const jars = await jarsOf('kafka-4.3.1', report);
  mkdirSync(folder, { recursive: true });
  const [free = 0, controller = 0, secured = 0] = await freePorts(3);
  const ports = { plain: port ?? free, controller, secured };
  const ca = scram === undefined ? undefined : writeKeyStore(folder, await certificateFor(HOST));
  const properties = join(folder, 'server.properties');
  writeFileSync(properties, propertiesText(folder, ports, scram !== undefined));
  const classes = ['-cp', `${jars}/*`];
  const users =
    scram === undefined ? [] : ['--add-scram', `SCRAM-SHA-256=[name=${scram.username},password=${scram.password}]`];
  const format = ['kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', properties, '--ignore-formatted'];
  runJava([...classes, ...format, ...users], folder);
  const server = new JavaProcess({
    name: 'Kafka',
    args: [...JVM, ...(lasting ? [] : [QUICK_START]), ...classes, 'kafka.Kafka', properties],
    cwd: folder,
    isReady: (printed) => printed.includes('Kafka Server started'),
    startPatienceMs: START_PATIENCE_MS,
  });
  await server.start();
  const brokers = [`${HOST}:${ports.plain}`];
  const listeners =
    ca === undefined ? { brokers } : { brokers, secured: { brokers: [`${HOST}:${ports.secured}`], ca } };
  const setPassword = (username: string, password: string) => {
    const entity = ['--entity-type', 'users', '--entity-name', username];
    const change = ['--alter', '--add-config', `SCRAM-SHA-256=[password=${password}]`];
    const command = ['kafka.admin.ConfigCommand', '--bootstrap-server', ...brokers];
    runJava([QUICK_START, ...classes, ...command, ...change, ...entity], folder);
  };
  return Object.assign(server, listeners, { setPassword });
}

interface Ports {
  readonly plain: number;
  readonly controller: number;
  readonly secured: number;
}

function writeKeyStore(folder: string, { key, certificate }: { key: string; certificate: string }): string {
  writeFileSync(join(folder, 'server.pem'), `${key}\n${certificate}`, { mode: 0o600 });
  return certificate;
}

function propertiesText(folder: string, ports: Ports, secured: boolean): string {
  const plain = `PLAINTEXT://${HOST}:${ports.plain}`;
  const scram = `SECURED://${HOST}:${ports.secured}`;
  const clients = secured ? `${plain},${scram}` : plain;
  return `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@${HOST}:${ports.controller}
listeners=${clients},CONTROLLER://${HOST}:${ports.controller}
advertised.listeners=${clients}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURED:SASL_SSL
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs=${join(folder, 'data')}
num.io.threads=4
num.network.threads=2
log.cleaner.dedupe.buffer.size=16777216
log.cleaner.backoff.ms=1000
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=3000
controller.quorum.election.timeout.ms=300
controller.quorum.fetch.timeout.ms=600
num.partitions=3
default.replication.factor=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
${secured ? securedText(folder) : ''}`;
}

function securedText(folder: string): string {
  return `listener.name.secured.sasl.enabled.mechanisms=SCRAM-SHA-256
listener.name.secured.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.secured.ssl.keystore.type=PEM
listener.name.secured.ssl.keystore.location=${join(folder, 'server.pem')}
`;
}
