// `npm run bench -- --cluster`: what is measured of the bank as separate processes.
import { javaProblem } from '@tallystick/servers';
import type { ClusterSectionName, Options } from '../options.js';
import type { Report } from '../report.js';
import { balance } from './balance.js';
import { ClusterWorld } from './cluster-world.js';
import { gateway, layouts } from './gateway.js';
import { relay } from './relay.js';
import { rows } from './rows.js';
import { sustained } from './sustained.js';
import { visible } from './visible.js';

/** What a run does, one after the other. */
export interface Bench {
  readonly steps: readonly { readonly name: string; readonly run: () => Promise<void> }[];
  close(): Promise<void>;
}

const sections: Readonly<Record<ClusterSectionName, (world: ClusterWorld) => Promise<void>>> = {
  gateway,
  layouts,
  sustained,
  visible,
  relay,
  rows,
  balance,
};

/** @throws where no server can be started here */
export function openClusterBench(options: Options, report: Report): Bench {
  const problem = javaProblem();
  if (problem !== undefined) throw new Error(`${problem}: the cluster needs Java 17`);
  const world = new ClusterWorld(options, report);
  return {
    steps: options.cluster.map((name) => ({ name, run: () => sections[name](world) })),
    close: () => world.close(),
  };
}
