import type { ClusterConfiguration } from './configuration.js';

/** Base URLs of a service's instances: as configured, else by the service's own name (DNS). */
export function instancesOf({ rpc }: ClusterConfiguration, service: string): readonly string[] {
  return rpc.services[service] ?? [`http://${service}:${rpc.port}`];
}
