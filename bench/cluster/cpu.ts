// The CPU of a cluster, process by process.
import type { BankCluster } from '@tallystick/servers';
import { cpuSeconds } from '../processes.js';
import type { ByProcess } from '../report.js';

/** CPU seconds so far by what runs; instances of one app together. */
export function cpuByProcess(cluster: BankCluster, servers: BankCluster): ByProcess {
  const found: Record<string, number> = {};
  for (const { app, process } of cluster.instances)
    if (process.runs) found[app] = (found[app] ?? 0) + cpuSeconds(process.pid);
  const { kafka, cassandra, journal } = servers;
  for (const [name, server] of Object.entries({ kafka, cassandra, journal }))
    if (server !== undefined) found[name] = cpuSeconds(server.pid);
  return found;
}

/** What was added, divided by `by`. */
export function difference(before: ByProcess, after: ByProcess, by: number): ByProcess {
  return Object.fromEntries(Object.entries(after).map(([name, value]) => [name, (value - (before[name] ?? 0)) / by]));
}

export function sumOf(values: ByProcess): number {
  return Object.values(values).reduce((sum, value) => sum + value, 0);
}
