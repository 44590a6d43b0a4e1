// How the services of a cluster call each other.
import { randomBytes } from 'node:crypto';
import { pooledRandom, systemTime } from '@tallystick/transport';
import { type HttpTransport, type HttpTransportOptions, httpTransport } from '@tallystick/transport/http';
import { openSecretsFile, type Secrets } from '@tallystick/transport/service';
import type { ClusterConfiguration } from './configuration.js';

/** Every service that answers calls. */
const SERVICES = [
  'accounts',
  'auth',
  'balance',
  'card-processing',
  'cards',
  'feed',
  'feed-generator',
  'finance',
  'ledger',
  'merchant',
  'payments',
  'relay',
  'transactions',
  'webhook',
] as const;

/** The secret with which services know each other. */
export const RPC_SECRET = 'rpc';

export type CallsOptions = Pick<HttpTransportOptions, 'report' | 'metrics' | 'tracing'>;

/** @param secrets with RPC_SECRET among them */
export function callsOf(
  { rpc }: ClusterConfiguration,
  secrets: Secrets,
  { report, metrics, tracing }: CallsOptions,
): HttpTransport {
  const addresses = SERVICES.map(
    (name) => [name, rpc.services[name] ?? { dns: `http://${name}:${rpc.port}` }] as const,
  );
  // A service's view answers where the service itself does.
  const views = addresses.map(([name, where]) => [`${name}-view`, where] as const);
  return httpTransport({
    time: systemTime,
    random: pooledRandom(),
    report,
    services: Object.fromEntries([...addresses, ...views]),
    host: rpc.host,
    port: rpc.port,
    token: Buffer.from(secrets.current(RPC_SECRET).bytes).toString('hex'),
    mesh: rpc.mesh,
    ...(metrics === undefined ? {} : { metrics }),
    ...(tracing === undefined ? {} : { tracing }),
  });
}

/** The secrets of all services: those that are missing are made. @throws SecretsError */
export function clusterSecrets({ secrets }: ClusterConfiguration, names: readonly string[] = []): Secrets {
  return openSecretsFile(secrets.file, [...names, RPC_SECRET], randomBytes);
}
