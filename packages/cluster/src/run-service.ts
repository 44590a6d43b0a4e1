// One app as a process of its own: what its main.ts starts.
import 'reflect-metadata';
import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { viewProgressContract } from '@tallystick/contracts';
import type { HttpTransport } from '@tallystick/transport/http';
import { ContractsModule } from '@tallystick/transport/nest';
import {
  ConfigurationError,
  CUSTOMER_SECRET,
  createService,
  Readiness,
  SecretsError,
  STAFF_SECRET,
  stopOnSignal,
} from '@tallystick/transport/service';
import { openTelemetry } from '@tallystick/transport/telemetry';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { callsOf, clusterSecrets } from './calls.js';
import { type ClusterConfiguration, clusterConfiguration } from './configuration.js';
import { type OpenPorts, openPorts } from './open-ports.js';
import { opened } from './opening.js';
import { eachOutageOnce } from './outages.js';
import { probing } from './probes.js';
import type { ServiceDefinition } from './service-definition.js';
import { openWaitingRoom } from './waiting-room.js';

/** What services beside card-processing may ask for. */
const SECRETS = [STAFF_SECRET, CUSTOMER_SECRET];
const now = () => performance.now();
const GRACE_MS = 15_000;
const COULD_NOT_RUN = 3;

/** Runs the service until SIGTERM or SIGINT. Ends the process with 3 and one sentence where the configuration is wrong. */
export async function runService(definition: ServiceDefinition): Promise<void> {
  const stopping = new AbortController();
  let close = async (): Promise<void> => {};
  stopOnSignal({
    signals: process,
    stop: () => {
      stopping.abort(new Error('stopped'));
      return close();
    },
    exit: (code) => process.exit(code),
    report: (error) => report(definition.name, error),
    graceMs: GRACE_MS,
  });
  try {
    const configuration = clusterConfiguration({ environment: process.env, file: process.env.TALLYSTICK_CONFIG });
    close = await start(definition, configuration, stopping.signal);
  } catch (error) {
    if (stopping.signal.aborted) return;
    if (error instanceof ConfigurationError || error instanceof SecretsError) console.error(`error: ${error.message}`);
    else report(definition.name, error);
    process.exit(COULD_NOT_RUN);
  }
}

function report(service: string, error: unknown): void {
  console.error(`${service}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
}

/** @returns what ends it */
async function start(
  definition: ServiceDefinition,
  configuration: ClusterConfiguration,
  signal: AbortSignal,
): Promise<() => Promise<void>> {
  const { name } = definition;
  const tell = eachOutageOnce((error) => report(name, error), now);
  const { http } = configuration;
  const awaited: string[] = [];
  // Whoever asks for any free port can't be asked yet.
  const waitingRoom = http.port === 0 ? undefined : await openWaitingRoom(http, awaited);
  const secrets = clusterSecrets(configuration, [...SECRETS, ...(definition.secretNames ?? [])]);
  const metrics = new Registry();
  collectDefaultMetrics({ register: metrics });
  const { otlpUrl } = configuration.telemetry;
  const telemetry = await openTelemetry({ serviceName: name, ...(otlpUrl === '' ? {} : { otlpUrl }) });
  const { tracing } = telemetry;
  const transport = callsOf(configuration, secrets, {
    metrics,
    report: tell,
    ...(tracing === undefined ? {} : { tracing }),
  });
  const waiting = { signal, report: tell, awaited };
  const ports = await openPorts(definition, { configuration, secrets, transport, metrics, ...waiting });
  const { projecting, freshness } = ports;
  let running: Promise<void> = Promise.resolve();
  const close = async () => {
    await running;
    await transport.close();
    await ports.close();
    await telemetry.close();
  };
  try {
    const module = serviceModule(definition, ports, transport);
    const title = { title: `Tallystick: ${name}`, version: '0.1.0' };
    const service = await createService({ module, title, ...http, metrics, report: tell, tracing });
    if (projecting !== undefined && freshness !== undefined) {
      await opened('Cassandra', () => projecting.prepare(), waiting);
      transport.answer(viewProgressContract(name), {
        waitUntil: async ({ position }, context) => {
          await freshness.waitUntil(position, context.signal);
          return {};
        },
      });
      running = projecting.run(signal);
    }
    const readiness = service.app.get(Readiness);
    for (const [server, ask] of Object.entries(ports.probes)) readiness.register(server, probing(server, ask, now));
    await waitingRoom?.close();
    const url = await service.start();
    const rpcUrl = await transport.listen();
    console.log(`${name}: ${url}, for other services ${rpcUrl}`);
    return async () => {
      await service.stop();
      await close();
    };
  } catch (error) {
    await close();
    throw error;
  }
}

@Module({})
class ServiceModule {}

function serviceModule(definition: ServiceDefinition, ports: OpenPorts, transport: HttpTransport): DynamicModule {
  const imports: (Type | DynamicModule)[] = [
    ports.module,
    ContractsModule.forRoot({ transport }),
    definition.module(ports.parts),
  ];
  return { module: ServiceModule, imports };
}
