// The stand-in as a process: node main.js --file F [--host H] [--port P] [--tls-cert F --tls-key F] [--user name:password]…
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type StandInOptions, startStandIn } from './index.js';

const NOTICE =
  'A stand-in for EventStoreDB, for development and tests: it speaks the protocol and keeps the rules of appending, but proves nothing about a real node’s elections, replication or disks.';

function optionsOf(args: readonly string[]): StandInOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      file: { type: 'string' },
      host: { type: 'string', default: '127.0.0.1' },
      port: { type: 'string', default: '2113' },
      'tls-cert': { type: 'string' },
      'tls-key': { type: 'string' },
      user: { type: 'string', multiple: true },
    },
  });
  const { file, host, 'tls-cert': cert, 'tls-key': key, user } = values;
  const port = Number(values.port);
  if (file === undefined) throw new Error('--file is missing: where the journal is kept');
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`--port ${values.port} is no port`);
  if ((cert === undefined) !== (key === undefined)) throw new Error('--tls-cert and --tls-key go together');
  return {
    file,
    host,
    port,
    ...(cert !== undefined && key !== undefined && { tls: { cert: readFileSync(cert), key: readFileSync(key) } }),
    ...(user !== undefined && { users: Object.fromEntries(user.map(nameAndPassword)) }),
  };
}

function nameAndPassword(user: string): [string, string] {
  const at = user.indexOf(':');
  if (at < 1) throw new Error('--user is name:password');
  return [user.slice(0, at), user.slice(at + 1)];
}

try {
  console.log(NOTICE);
  const standIn = await startStandIn(optionsOf(process.argv.slice(2)));
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => void standIn.close().then(() => process.exit(0)));
  console.log(`ready at ${standIn.connectionString}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
