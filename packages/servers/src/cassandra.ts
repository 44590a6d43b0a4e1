// Cassandra nodes on the loopback interface, for tests and for a bank on one machine.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jarsOf, type Report } from './artefacts.js';
import { JavaProcess, type Server } from './java.js';
import { accepts, freePorts } from './ports.js';

export interface CassandraOptions {
  /** Absolute; settings and data lie below it. */
  readonly folder: string;
  /** Asks for a name and password; the first user is cassandra/cassandra. */
  readonly password?: boolean;
  /** Any free one where it is left out. */
  readonly port?: number;
  readonly report?: Report;
  /** It is to run for long under load: its code is compiled for speed, which costs processor time in the first minutes. */
  readonly lasting?: boolean;
}

export interface CassandraServer extends Server {
  /** `host:port`. */
  readonly contactPoints: readonly string[];
  readonly localDataCenter: 'datacenter1';
}

/** Three nodes, each holding all data where the keyspace asks for three replicas. */
export interface CassandraCluster {
  readonly nodes: readonly CassandraServer[];
  readonly contactPoints: readonly string[];
  readonly localDataCenter: 'datacenter1';
  stop(): Promise<void>;
}

const START_PATIENCE_MS = 240_000;
/** Equal shares of the ring. */
const TOKENS = ['-9223372036854775808', '-3074457345618258603', '3074457345618258602'];

interface Node {
  readonly folder: string;
  readonly host: string;
  readonly port: number;
  readonly storagePort: number;
  readonly seeds: string;
  readonly token?: string | undefined;
  readonly password: boolean;
  readonly heapMegabytes: number;
  readonly lasting: boolean;
}

/** @throws one sentence where it can't be fetched or does not start */
export async function startCassandra(options: CassandraOptions): Promise<CassandraServer> {
  const { folder, password = false, port, report, lasting = false } = options;
  const jars = await jarsOf('cassandra-5.0.8', report);
  const [free = 0, storagePort = 0] = await freePorts(2);
  const host = '127.0.0.1';
  const seeds = host;
  const place = { folder, host, port: port ?? free, storagePort, seeds };
  return startNode(jars, { ...place, password, heapMegabytes: 1024, lasting });
}

/** On 127.0.0.1, .2 and .3; needs about 3 GB. */
export async function startCassandraCluster({ folder, report }: CassandraOptions): Promise<CassandraCluster> {
  const jars = await jarsOf('cassandra-5.0.8', report);
  const hosts = ['127.0.0.1', '127.0.0.2', '127.0.0.3'];
  const [port = 0, storagePort = 0] = await freePorts(2);
  const seeds = hosts.join(',');
  const nodes = await Promise.all(
    hosts.map((host, i) => {
      const place = { folder: join(folder, `node-${i + 1}`), host, port, storagePort };
      return startNode(jars, {
        ...place,
        seeds,
        token: TOKENS[i],
        password: false,
        heapMegabytes: 512,
        lasting: false,
      });
    }),
  );
  return {
    nodes,
    contactPoints: nodes.flatMap(({ contactPoints }) => contactPoints),
    localDataCenter: 'datacenter1',
    stop: async () => {
      await Promise.all(nodes.map((node) => node.stop()));
    },
  };
}

async function startNode(jars: string, node: Node): Promise<CassandraServer> {
  const { folder, host, port, heapMegabytes, lasting } = node;
  mkdirSync(folder, { recursive: true });
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const jvm = file('jvm17.options', JVM_OPTIONS);
  const yaml = file('cassandra.yaml', yamlText(node));
  const logback = file('logback.xml', LOGBACK);
  const server = new JavaProcess({
    name: `Cassandra on ${host}`,
    args: [
      `@${jvm}`,
      `-Xms256m`,
      `-Xmx${heapMegabytes}m`,
      ...(lasting ? [] : ['-XX:TieredStopAtLevel=1']),
      `-javaagent:${jars}/jamm-0.4.0.jar`,
      `-Dlogback.configurationFile=file://${logback}`,
      `-Dcassandra.config=file://${yaml}`,
      `-Dcassandra.storagedir=${join(folder, 'data')}`,
      `-Dcassandra.logdir=${folder}`,
      '-Dcassandra-foreground=yes',
      '-Dcassandra.superuser_setup_delay_ms=0',
      '-Dcassandra.ring_delay_ms=5000',
      '-cp',
      `${jars}/*`,
      'org.apache.cassandra.service.CassandraDaemon',
    ],
    cwd: folder,
    isReady: () => accepts(host, port),
    startPatienceMs: START_PATIENCE_MS,
  });
  await server.start();
  return Object.assign(server, { contactPoints: [`${host}:${port}`], localDataCenter: 'datacenter1' as const });
}

function yamlText({ host, port, storagePort, seeds, token, password }: Node): string {
  return `cluster_name: tallystick
num_tokens: 1
${token === undefined ? '' : `initial_token: ${token}\nauto_bootstrap: false\n`}partitioner: org.apache.cassandra.dht.Murmur3Partitioner
endpoint_snitch: SimpleSnitch
seed_provider:
  - class_name: org.apache.cassandra.locator.SimpleSeedProvider
    parameters:
      - seeds: "${seeds}"
listen_address: ${host}
rpc_address: ${host}
storage_port: ${storagePort}
native_transport_port: ${port}
disk_failure_policy: stop
commit_failure_policy: stop
concurrent_writes: 256
native_transport_max_threads: 256
commitlog_sync: group
commitlog_sync_group_window: 5ms
authenticator: ${password ? 'PasswordAuthenticator' : 'AllowAllAuthenticator'}
authorizer: ${password ? 'CassandraAuthorizer' : 'AllowAllAuthorizer'}
${password ? 'role_manager: CassandraRoleManager\n' : ''}`;
}

const LOGBACK = `<configuration>
  <appender name="console" class="ch.qos.logback.core.ConsoleAppender"><encoder><pattern>%-5level %d{HH:mm:ss} %msg%n</pattern></encoder></appender>
  <root level="WARN"><appender-ref ref="console"/></root>
</configuration>
`;

/** What Cassandra 5 needs of Java 17, as its own start script gives it. */
const JVM_OPTIONS = `-ea
-da:net.openhft...
-Xss256k
-XX:+UseG1GC
-XX:+ParallelRefProcEnabled
-XX:MaxGCPauseMillis=300
-XX:+PerfDisableSharedMem
-XX:+ExitOnOutOfMemoryError
-Djava.net.preferIPv4Stack=true
-Djava.awt.headless=true
-Djdk.attach.allowAttachSelf=true
--add-exports java.base/jdk.internal.misc=ALL-UNNAMED
--add-exports java.management.rmi/com.sun.jmx.remote.internal.rmi=ALL-UNNAMED
--add-exports java.rmi/sun.rmi.registry=ALL-UNNAMED
--add-exports java.rmi/sun.rmi.server=ALL-UNNAMED
--add-exports java.sql/java.sql=ALL-UNNAMED
--add-exports java.base/java.lang.ref=ALL-UNNAMED
--add-exports jdk.unsupported/sun.misc=ALL-UNNAMED
--add-exports jdk.compiler/com.sun.tools.javac.file=ALL-UNNAMED
--add-exports jdk.attach/sun.tools.attach=ALL-UNNAMED
--add-opens java.base/java.lang.module=ALL-UNNAMED
--add-opens java.base/jdk.internal.loader=ALL-UNNAMED
--add-opens java.base/jdk.internal.ref=ALL-UNNAMED
--add-opens java.base/jdk.internal.reflect=ALL-UNNAMED
--add-opens java.base/jdk.internal.math=ALL-UNNAMED
--add-opens java.base/jdk.internal.module=ALL-UNNAMED
--add-opens java.base/jdk.internal.util.jar=ALL-UNNAMED
--add-opens jdk.management/com.sun.management.internal=ALL-UNNAMED
--add-opens java.base/sun.nio.ch=ALL-UNNAMED
--add-opens java.base/java.io=ALL-UNNAMED
--add-opens java.base/java.lang.reflect=ALL-UNNAMED
--add-opens jdk.compiler/com.sun.tools.javac=ALL-UNNAMED
--add-opens java.base/java.lang=ALL-UNNAMED
--add-opens java.base/java.util=ALL-UNNAMED
-Dio.netty.tryReflectionSetAccessible=true
-Dio.netty.allocator.useCacheForAllThreads=true
-Dio.netty.allocator.maxOrder=11
`;
