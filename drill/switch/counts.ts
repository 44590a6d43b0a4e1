// What services have counted themselves, read from their /metrics.

export type Labels = Readonly<Record<string, string>>;

/** What is asked of a service, and not by the edge for itself or by whoever watches it. */
const ASKED_BY_CUSTOMERS = /^(?!\/(health|metrics|openapi\.json|staff)(\/|$))/;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/g;

/** Of all samples of a metric whose labels fit; 0 where there is none. @param metrics in the text format */
export function sumOf(metrics: string, name: string, fits: (labels: Labels) => boolean = () => true): number {
  let sum = 0;
  for (const line of metrics.split('\n')) {
    const [, found, labels = '', value] = SAMPLE.exec(line) ?? [];
    if (found === name && fits(labelsOf(labels))) sum += Number(value);
  }
  return sum;
}

function labelsOf(text: string): Labels {
  return Object.fromEntries([...text.matchAll(LABEL)].map(([, name, value]) => [name, value]));
}

/** Customers' requests that a service has answered, comparisons among them. */
export function customersRequests(metrics: string): number {
  return sumOf(metrics, 'http_request_duration_seconds_count', ({ route }) => ASKED_BY_CUSTOMERS.test(route ?? ''));
}

/** What other services have asked it. */
export function callsAnswered(metrics: string): number {
  return sumOf(metrics, 'rpc_server_duration_seconds_count');
}

export async function metricsOf(url: string): Promise<string> {
  const answer = await fetch(`${url}/metrics`);
  if (!answer.ok) throw new Error(`${url}/metrics: ${answer.status}`);
  return await answer.text();
}
