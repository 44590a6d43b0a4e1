// Servers for specs: the ones that are named in the environment, else one of their own.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCassandra } from './cassandra.js';
import type { Server } from './java.js';
import { startKafka } from './kafka.js';

export interface TestKafka {
  readonly brokers: readonly string[];
  close(): Promise<void>;
}

export interface TestCassandra {
  readonly contactPoints: readonly string[];
  readonly localDataCenter: string;
  close(): Promise<void>;
}

/** The brokers that TALLYSTICK_TEST_KAFKA names, separated by commas, else a broker of its own. */
export async function testKafka(): Promise<TestKafka> {
  const given = process.env.TALLYSTICK_TEST_KAFKA;
  if (given !== undefined) return { brokers: given.split(','), close: async () => {} };
  const folder = temporaryFolder('kafka');
  const server = await startKafka({ folder });
  return { brokers: server.brokers, close: () => stopAndRemove(server, folder) };
}

/** The nodes that TALLYSTICK_TEST_CASSANDRA names, separated by commas, else a node of its own. */
export async function testCassandra(): Promise<TestCassandra> {
  const given = process.env.TALLYSTICK_TEST_CASSANDRA;
  if (given !== undefined)
    return { contactPoints: given.split(','), localDataCenter: 'datacenter1', close: async () => {} };
  const folder = temporaryFolder('cassandra');
  const server = await startCassandra({ folder });
  const { contactPoints, localDataCenter } = server;
  return { contactPoints, localDataCenter, close: () => stopAndRemove(server, folder) };
}

function temporaryFolder(name: string): string {
  return mkdtempSync(join(tmpdir(), `tallystick-${name}-`));
}

async function stopAndRemove(server: Server, folder: string): Promise<void> {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
