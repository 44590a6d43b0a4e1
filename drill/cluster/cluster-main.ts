// `npm run drill:kill -- --cluster`: one part of the cluster killed in each round, each in its turn, in random order.
import { join } from 'node:path';
import { javaProblem, startCassandraCluster } from '@tallystick/servers';
import { ClusterDrill, type RoundResult } from './cluster-drill.js';
import { logsOf } from './service-logs.js';
import { victimOf, victimsOf } from './victims.js';

export interface ClusterDrillOptions {
  /** Absolute. */
  readonly home: string;
  readonly seed: number;
  readonly rounds: number;
  /** One round instead, in which one of three Cassandra nodes is killed. */
  readonly threeNodes: boolean;
  readonly print: (line: string) => void;
  /** Told what to stop where the drill is ended from outside. */
  readonly onStarted: (stop: () => Promise<void>) => void;
}

const PARTITIONS = 4;

/** @returns how many rounds are broken. @throws where it could not run */
export async function runClusterDrill(options: ClusterDrillOptions): Promise<number> {
  const problem = javaProblem();
  if (problem !== undefined) throw new Error(`Kafka and Cassandra can't be started: ${problem}`);
  return options.threeNodes ? oneOfThreeNodes(options) : everyPart(options);
}

async function everyPart({ home, seed, rounds, print, onStarted }: ClusterDrillOptions): Promise<number> {
  const started = performance.now();
  const drill = await ClusterDrill.open(
    { folder: join(home, 'cluster'), report: print, configuration: { kafka: { partitions: PARTITIONS } } },
    seed,
  );
  onStarted(() => drill.stop());
  const told = tellingOf(print);
  try {
    print(`everything runs after ${seconds(started)}`);
    told.tell(await drill.hammer());
    const victims = victimsOf(drill.cluster);
    for (let round = 1; round <= rounds; round++) {
      const begun = performance.now();
      const { line, findings } = await drill.round(round, { victim: victimOf(victims, seed, round) });
      told.tell({ findings, line: `${line} (${seconds(begun)})` });
    }
    told.tell(await drill.finish());
  } finally {
    await drill.stop();
  }
  print(`${drill.commands} commands`);
  return told.broken;
}

async function oneOfThreeNodes({ home, seed, print, onStarted }: ClusterDrillOptions): Promise<number> {
  const nodes = await startCassandraCluster({ folder: join(home, 'cassandra'), report: print });
  const told = tellingOf(print);
  try {
    const configuration = { kafka: { partitions: PARTITIONS }, cassandra: { replicationFactor: 3 } };
    const given = { cassandra: nodes.contactPoints };
    const drill = await ClusterDrill.open({ folder: join(home, 'cluster'), report: print, given, configuration }, seed);
    onStarted(async () => {
      await drill.stop();
      await nodes.stop();
    });
    try {
      const logs = logsOf(drill.cluster);
      const victim = victimOf(
        nodes.nodes.map((server, n) => ({ name: `Cassandra ${n + 1} of 3`, server })),
        seed,
        1,
      );
      const { line, findings } = await drill.round(1, { victim, withoutFailure: true });
      told.tell({ line, findings: [...findings, ...logs.added()] });
      await victim.server.start();
      told.tell(await drill.finish());
    } finally {
      await drill.stop();
    }
  } finally {
    await nodes.stop();
  }
  return told.broken;
}

function tellingOf(print: (line: string) => void) {
  return {
    broken: 0,
    tell({ line, findings }: RoundResult) {
      print(line);
      for (const finding of findings) print(`  BROKEN: ${finding}`);
      if (findings.length > 0) this.broken++;
    },
  };
}

function seconds(start: number): string {
  return `${((performance.now() - start) / 1_000).toFixed(0)} s`;
}
