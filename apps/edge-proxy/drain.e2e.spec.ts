// Two edges behind a plain load balancer: one stops, one dies, and no caller notices.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '../bank/bank-process.suite.js';
import { EdgeProcess, PROCESS_TOKEN } from './edge-process.suite.js';
import { LoadBalancer } from './load-balancer.suite.js';
import { ScriptedService } from './scripted-service.suite.js';

const CALLERS = 12;
const DRAIN_MS = 500;

let api: ScriptedService;
let edges: EdgeProcess[];
let balancer: LoadBalancer;

beforeEach(async () => {
  api = await ScriptedService.start((_request, response, { body }) => {
    setTimeout(() => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ body })), 10);
  });
  edges = await Promise.all([EdgeProcess.start(api.url, DRAIN_MS), EdgeProcess.start(api.url, DRAIN_MS)]);
  balancer = await LoadBalancer.start(edges.map(({ url }) => url));
});

afterEach(async () => {
  await balancer.stop();
  await Promise.all(edges.map((edge) => edge.kill()));
  await api.stop();
});

interface Load {
  answered: number;
  readonly failed: string[];
  readonly written: Set<string>;
  stop(): Promise<void>;
}

/** Callers who ask one after the other, each as fast as they are answered. */
function underLoad(kinds: readonly ('read' | 'write')[]): Load {
  let stopped = false;
  let number = 0;
  const failed: string[] = [];
  const written = new Set<string>();
  const headers = { authorization: `Bearer ${PROCESS_TOKEN}` };
  const caller = async (): Promise<void> => {
    while (!stopped) {
      const n = number++;
      const isWrite = kinds[n % kinds.length] === 'write';
      try {
        const init = isWrite ? { method: 'POST', headers, body: `n=${n}` } : { headers };
        const answer = await fetch(balancer.url + (isWrite ? '/feed' : '/accounts'), init);
        const text = await answer.text();
        if (answer.status === 200) load.answered++;
        else failed.push(`${answer.status} ${text}`);
        if (isWrite) written.add(`n=${n}`);
      } catch (error) {
        failed.push(String(error));
      }
    }
  };
  const callers = Array.from({ length: CALLERS }, caller);
  const load: Load = {
    answered: 0,
    failed,
    written,
    stop: async () => {
      stopped = true;
      await Promise.all(callers);
    },
  };
  return load;
}

async function goesOn(load: Load, answers: number): Promise<void> {
  const from = load.answered;
  await until('answers come', () => (load.answered >= from + answers || load.failed.length > 0 ? true : undefined));
}

describe('an edge that is told to stop', () => {
  it('is left by the load balancer before it closes: no read and no write fails', async () => {
    const load = underLoad(['read', 'write']);
    await goesOn(load, 200);
    const [leaving] = edges;
    const stopping = leaving?.drain();
    const states = new Set<number>();
    // It goes on answering, and says that it should not be asked.
    await until('it is no longer ready', async () => {
      const answer = await fetch(`${leaving?.url}/health/ready`, { headers: { connection: 'close' } });
      states.add(answer.status);
      return answer.status === 503 ? true : undefined;
    });
    const late = await fetch(`${leaving?.url}/accounts`, { headers: { authorization: `Bearer ${PROCESS_TOKEN}` } });
    expect([late.status, late.headers.get('connection')]).toEqual([200, 'close']);
    expect(await stopping).toEqual({ code: 0, log: expect.not.stringMatching(/rror/) });
    await expect(fetch(`${leaving?.url}/health/ready`)).rejects.toThrow();
    await goesOn(load, 200);
    await load.stop();
    expect(load.failed).toEqual([]);
    const posted = api.seen.filter(({ method }) => method === 'POST').map(({ body }) => body);
    expect(posted).toHaveLength(load.written.size);
    expect(new Set(posted)).toEqual(load.written);
  });
});

describe('an edge that is killed', () => {
  it('takes no read with it', async () => {
    const load = underLoad(['read']);
    await goesOn(load, 200);
    await edges[1]?.kill();
    await goesOn(load, 200);
    const another = await EdgeProcess.start(api.url, DRAIN_MS);
    edges.push(another);
    balancer.add(another.url);
    await balancer.check();
    await edges[0]?.kill();
    await goesOn(load, 200);
    await load.stop();
    expect(load.failed).toEqual([]);
  });
});
