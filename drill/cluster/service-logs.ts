// What the services of a cluster reported.
import { readFileSync } from 'node:fs';
import type { BankCluster } from '@tallystick/servers';

export interface ServiceLogs {
  /** Every line since `logsOf`, after the name of the process that wrote it. */
  added(): string[];
}

export function logsOf(cluster: BankCluster): ServiceLogs {
  const logs = cluster.instances.map(({ process: { name, logFile } }) => ({
    name,
    logFile,
    before: readFileSync(logFile, 'utf8').length,
  }));
  return {
    added: () =>
      logs.flatMap(({ name, logFile, before }) => {
        const text = readFileSync(logFile, 'utf8').slice(before).trim();
        return text === '' ? [] : text.split('\n').map((line) => `${name} reported: ${line}`);
      }),
  };
}
