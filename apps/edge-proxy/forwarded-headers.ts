// Which headers go from one side to the other: those of a connection end with it (RFC 9110, 7.6.1).
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

const OF_THE_CONNECTION = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Beside those, what the edge says itself, or what only it may say. */
const NOT_TAKEN_FROM_CALLERS = new Set([
  ...OF_THE_CONNECTION,
  'content-length',
  'expect',
  'forwarded',
  'host',
  'traceparent',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
  'x-request-deadline',
]);

export interface EdgeHeaders {
  /** Of a body that is passed on as it comes. */
  readonly contentLength: string | undefined;
  readonly traceparent: string;
  /** `X-Request-Deadline`; none where it is left out. */
  readonly deadline: string | undefined;
  /** How many entries of X-Forwarded-For are our own proxies'. */
  readonly proxies: number;
}

/** Names and values in turn, for the service. */
export function headersForService(request: IncomingMessage, own: EdgeHeaders): string[] {
  const { rawHeaders, headers, socket } = request;
  const named = namedIn(headers.connection);
  const passed: string[] = ['host', headers.host ?? '', 'traceparent', own.traceparent];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const [name = '', value = ''] = [rawHeaders[i], rawHeaders[i + 1]];
    const lower = name.toLowerCase();
    if (!NOT_TAKEN_FROM_CALLERS.has(lower) && named?.has(lower) !== true) passed.push(lower, value);
  }
  passed.push('x-forwarded-for', forwardedFor(headers, socket.remoteAddress ?? 'unknown', own.proxies));
  const proto = own.proxies > 0 ? headers['x-forwarded-proto'] : undefined;
  passed.push('x-forwarded-proto', proto === 'https' ? 'https' : 'http');
  if (own.contentLength !== undefined) passed.push('content-length', own.contentLength);
  if (own.deadline !== undefined) passed.push('x-request-deadline', own.deadline);
  return passed;
}

/** What our own proxies wrote, and who spoke to us; what came before them anybody may have written. */
function forwardedFor(headers: IncomingHttpHeaders, peer: string, proxies: number): string {
  if (proxies === 0) return peer;
  const seen = String(headers['x-forwarded-for'] ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  return [...seen.slice(-proxies), peer].join(', ');
}

/** Names and values in turn, for the caller. @param headers of a service's answer, names in lower case */
export function headersForCaller(headers: Readonly<Record<string, string | string[] | undefined>>): string[] {
  const named = namedIn(headers.connection?.toString());
  const passed: string[] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || OF_THE_CONNECTION.has(name) || named?.has(name) === true) continue;
    // Ours is the same trace's.
    if (name === 'trace-id') continue;
    for (const each of typeof value === 'string' ? [value] : value) passed.push(name, each);
  }
  return passed;
}

/** Headers that `Connection` declares to be of this connection. */
function namedIn(connection: string | undefined): ReadonlySet<string> | undefined {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return undefined;
  return new Set(connection.split(',').map((name) => name.trim().toLowerCase()));
}
