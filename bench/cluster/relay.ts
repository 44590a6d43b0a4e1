// How fast a relay copies a journal, beside what kafkajs sends by itself: messages of the same size in batches of the same size, without
// transactions. The journal of the sections before is the backlog; it goes into topics of its own, with nobody else at work.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTopics } from '@tallystick/bus/kafka/index';
import { freePorts, NodeProcess } from '@tallystick/servers';
import type { Produced, ProduceRun } from '../in-process/produce.js';
import { ROOT } from '../places.js';
import { cpuSeconds, until } from '../processes.js';
import { whole } from '../report.js';
import { inProcess } from '../sections/in-process.js';
import type { ClusterWorld } from './cluster-world.js';

const SHARE = 0.4;
const LEAST_BACKLOG = 40_000;
const START_MS = 60_000;
const DRAIN_MS = 300_000;
const HOST = '127.0.0.1';

export async function relay(world: ClusterWorld): Promise<void> {
  const cluster = await world.bank();
  const cards = readFileSync(world.cardsFile, 'utf8').trim().split('\n');
  const more = Math.max(0, LEAST_BACKLOG - (await relayedBy(cluster.url('relay'))));
  await world.authoriseAll(
    cluster,
    Array.from({ length: more }, (_, n) => cards[n % cards.length] ?? ''),
  );
  await world.caughtUp(cluster);
  await world.stopApps();
  const before = await produced(world, 'before');
  const ours = await drained(world);
  const after = await produced(world, 'after');
  const bare = (before.rate + after.rate) / 2;
  world.report.add({
    name: `relay: a backlog of ${whole(ours.events)} events`,
    unit: 'events/s',
    rate: ours.rate,
    cpuServer: ours.cpu,
  });
  world.report.add({
    name: '… kafkajs by itself, the same sizes',
    unit: 'messages/s',
    rate: bare,
    note: `${whole(before.rate)} before, ${whole(after.rate)} after; ${whole(before.bytes)} bytes each, ${whole(before.perSend)} to a send`,
  });
  const share = ours.rate / bare;
  const figure = `${(share * 100).toFixed(0)} % (${whole(ours.rate)} of ${whole(bare)})`;
  world.report.check(`relay: ${SHARE * 100} % of kafkajs' own rate`, figure, share >= SHARE);
}

async function produced(world: ClusterWorld, name: string): Promise<Produced> {
  const { kafka, journal } = world.configuration();
  const asked: ProduceRun = {
    brokers: kafka.brokers,
    journal: journal.connection,
    prefix: `produce-${name}-`,
    partitions: kafka.partitions,
  };
  return (await inProcess<Produced>('produce', JSON.stringify(asked))).result;
}

interface Drained {
  readonly events: number;
  readonly rate: number;
  /** Seconds. */
  readonly cpu: number;
}

/** From the first transaction that is seen to the last. */
async function drained(world: ClusterWorld): Promise<Drained> {
  const configuration = world.configuration();
  const { kafka } = configuration;
  const topicPrefix = 'relay-';
  await createTopics({
    connection: { brokers: kafka.brokers },
    topics: { prefix: topicPrefix, partitions: kafka.partitions },
  });
  const [port = 0, rpcPort = 0] = await freePorts(2);
  const configFile = join(world.folder, 'relay.json');
  const http = { host: HOST, port };
  const rpc = { ...configuration.rpc, host: HOST, port: rpcPort };
  writeFileSync(configFile, JSON.stringify({ ...configuration, kafka: { ...kafka, topicPrefix }, http, rpc }));
  const url = `http://${HOST}:${port}`;
  const process = new NodeProcess({
    name: 'the relay',
    args: ['--max-semi-space-size=16', join(ROOT, 'dist', 'apps', 'relay', 'main.js')],
    environment: { TALLYSTICK_CONFIG: configFile },
    logFile: join(world.folder, 'relay.log'),
    isReady: () =>
      relayedBy(url).then(
        () => true,
        () => false,
      ),
    startPatienceMs: START_MS,
  });
  try {
    await process.start();
    return await watched(url, process.pid);
  } finally {
    await process.stop();
  }
}

async function watched(url: string, pid: number): Promise<Drained> {
  const first = { at: performance.now(), events: await relayedBy(url) };
  let last = first;
  await until('the relay has relayed all', DRAIN_MS, async () => {
    const { relayed, lag } = await metricsOf(url);
    if (relayed > last.events) last = { at: performance.now(), events: relayed };
    return relayed > 0 && lag === 0 ? true : undefined;
  });
  const rate = ((last.events - first.events) / (last.at - first.at)) * 1_000;
  return { events: last.events, rate, cpu: cpuSeconds(pid) };
}

async function relayedBy(url: string): Promise<number> {
  return (await metricsOf(url)).relayed;
}

async function metricsOf(url: string): Promise<{ readonly relayed: number; readonly lag: number }> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const value = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
  const found = { relayed: value('relay_events_total'), lag: value('relay_lag_positions') };
  if (Number.isNaN(found.relayed)) throw new Error(`no metrics of a relay at ${url}`);
  return found;
}
