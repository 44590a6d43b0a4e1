// The staff's side of the edge: the switch, what it counts, and which answers differed.
import { setTimeout as pause } from 'node:timers/promises';
import { metricsOf, sumOf } from './counts.js';
import type { Share } from './where-it-goes.js';

const COMPARED = 'edge_shadow_compared_total';
/** A comparison takes as long at most, but for the answers themselves (docs/edge.md). */
const COMPARISON_MS = 2_000;

export interface Compared {
  readonly same: number;
  readonly explained: number;
  readonly unsettled: number;
  readonly unexplained: number;
  readonly unanswered: number;
  /** Not compared: `too_long`, `left_out`. */
  readonly not: number;
}

export class EdgeSide {
  constructor(
    private readonly url: string,
    private readonly authorization: string,
  ) {}

  /** @throws where the switch does not obey */
  async throwSwitch(share: Share, shadow_per_mille: number): Promise<void> {
    const headers = { authorization: this.authorization, 'content-type': 'application/json' };
    const body = JSON.stringify({ ...share, shadow_per_mille });
    const answer = await fetch(`${this.url}/staff/switch`, { method: 'PUT', headers, body });
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`PUT /staff/switch ${body}: ${answer.status} ${text}`);
  }

  async compared(): Promise<Compared> {
    const metrics = await metricsOf(this.url);
    const of = (...outcomes: readonly string[]) =>
      sumOf(metrics, COMPARED, ({ outcome }) => outcome !== undefined && outcomes.includes(outcome));
    return {
      same: of('same'),
      explained: of('explained'),
      unsettled: of('unsettled'),
      unexplained: of('unexplained'),
      unanswered: of('unanswered'),
      not: of('too_long', 'left_out'),
    };
  }

  /** Customers' requests that each stack has answered. */
  async answered(): Promise<{ readonly first: number; readonly second: number }> {
    const metrics = await metricsOf(this.url);
    const of = (stack: string) =>
      sumOf(
        metrics,
        'edge_request_duration_seconds_count',
        (labels) => labels.stack === stack && labels.service !== 'none',
      );
    return { first: of('first'), second: of('second') };
  }

  /** Sentences, the first difference first, each kind once. */
  async differences(): Promise<string[]> {
    const headers = { authorization: this.authorization };
    const answer = await fetch(`${this.url}/staff/switch/differences`, { headers });
    const { differences } = Object(await answer.json()) as { differences: readonly Difference[] }; // as the route answers
    const kinds = new Map<string, string[]>();
    for (const { trace_id, ...difference } of differences) {
      const kind = sentenceOf(difference);
      kinds.set(kind, [...(kinds.get(kind) ?? []), trace_id]);
    }
    return [...kinds].map(
      ([kind, traces]) => `${kind} (${traces.length} of the last, the first in trace ${traces[0]})`,
    );
  }

  /** Resolves once no comparison is under way any more; the load is paused. */
  async settled(): Promise<void> {
    for (let last = -1; ; ) {
      const sum = Object.values(await this.compared()).reduce((total, each) => total + each, 0);
      if (sum === last) return;
      last = sum;
      await pause(COMPARISON_MS);
    }
  }
}

interface Difference {
  readonly service: string;
  readonly request: string;
  readonly answered_by: string;
  readonly status: number;
  readonly other_status: number;
  readonly paths: readonly string[];
  readonly trace_id: string;
}

function sentenceOf({
  service,
  request,
  answered_by,
  status,
  other_status,
  paths,
}: Omit<Difference, 'trace_id'>): string {
  const where = paths.length === 0 ? '' : `, differing in ${paths.join(', ')}`;
  return `${service} ${request}: the ${answered_by} stack ${status}, the other ${other_status}${where}`;
}
