// Edges in front of one service that does as a spec says; each test has its own.
import { afterEach, beforeEach } from '@jest/globals';
import type { EdgeConfiguration } from './configuration.js';
import type { Stacks } from './edge-proxy.module.js';
import { EdgeUnderTest } from './edge-under-test.suite.js';
import { ScriptedService } from './scripted-service.suite.js';

export interface EdgesInFront {
  /** The service behind them. */
  readonly api: ScriptedService;
  /** @param addresses of the instances behind it, by service; that of the one service where they are left out */
  start(configuration: Partial<EdgeConfiguration>, addresses?: Stacks['first']): Promise<EdgeUnderTest>;
}

/** To be called once in a spec's file. */
export function edgesInFront(): EdgesInFront {
  let api: ScriptedService | undefined;
  let edges: EdgeUnderTest[] = [];
  const current = () => {
    if (api === undefined) throw new Error('there is no service before a test');
    return api;
  };
  beforeEach(async () => {
    api = await ScriptedService.start();
    edges = [];
  });
  afterEach(async () => {
    await Promise.all(edges.map((edge) => edge.stop()));
    await current().stop();
  });
  return {
    get api() {
      return current();
    },
    async start(configuration, first = { api: [current().url] }) {
      const edge = await EdgeUnderTest.start({ first }, { configuration });
      edges.push(edge);
      return edge;
    },
  };
}
