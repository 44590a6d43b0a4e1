// What can be killed, and in which order it is.
import type { App, BankCluster, Server } from '@tallystick/servers';
import { Random } from '../random.js';

export interface Victim {
  readonly name: string;
  readonly server: Server;
}

/** Each instance of these: the ledger, the relay, whoever keeps a view, whoever runs a process, and the gateway. */
const APPS_KILLED: readonly App[] = [
  'ledger',
  'relay',
  'accounts',
  'balance',
  'transactions',
  'merchant',
  'feed-generator',
  'finance',
  'transaction-enrichment',
  'card-processing',
];

/** @throws where the cluster does not run everything itself */
export function victimsOf(cluster: BankCluster): Victim[] {
  const { kafka, cassandra, journal } = cluster;
  if (kafka === undefined || cassandra === undefined || journal === undefined)
    throw new Error('servers that were not started here are not killed');
  return [
    { name: 'Kafka', server: kafka },
    { name: 'Cassandra', server: cassandra },
    { name: 'journal', server: journal },
    ...APPS_KILLED.flatMap((app) => cluster.of(app)).map(({ process }) => ({ name: process.name, server: process })),
  ];
}

/** All of them in random order, then all again in another. */
export function victimOf<V>(victims: readonly V[], seed: number, round: number): V {
  const pass = Math.floor((round - 1) / victims.length);
  const victim = Random.of(seed, -1 - pass).shuffled(victims)[(round - 1) % victims.length];
  if (victim === undefined) throw new Error('there is nothing to kill');
  return victim;
}
