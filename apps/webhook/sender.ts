// One request to a receiver that nobody here knows: to the very address that was checked, once, within a time, and without listening long.
import type { LookupFunction } from 'node:net';
import { Client } from 'undici';
import type { AddressPolicy } from './address-policy.js';
import type { Failure } from './delivery.js';
import type { AddressesOf } from './host-addresses.js';

export interface SenderPorts {
  readonly policy: AddressPolicy;
  readonly addressesOf: AddressesOf;
  /** Resolves after so many milliseconds, or at once where the signal is aborted. */
  readonly pause: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** For an attempt, from the name to the answer's first bytes. */
  readonly timeoutMs: number;
}

export interface WebhookRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What came of it: one of the two. */
export interface Sent {
  readonly status: number | null;
  readonly failure: Failure | null;
}

/** Of an answer's body, which nobody reads: so that a receiver is not cut off within a word. */
const BODY_BYTES = 16_384;
const BODY_MS = 1_000;
const HEAD_BYTES = 16_384;
const UNREACHABLE: ReadonlySet<string> = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT']);

export class Sender {
  constructor(private readonly ports: SenderPorts) {}

  /** @throws the signal's reason where it is aborted: then nobody knows what came of it */
  async send(request: WebhookRequest, signal: AbortSignal): Promise<Sent> {
    const { pause, timeoutMs } = this.ports;
    const ended = new AbortController();
    const late = new AbortController();
    const either = AbortSignal.any([signal, late.signal]);
    void pause(timeoutMs, ended.signal).then(() => late.abort());
    try {
      return await this.attempt(request, either);
    } catch (error) {
      signal.throwIfAborted();
      return { status: null, failure: late.signal.aborted ? 'timeout' : failureOf(error) };
    } finally {
      ended.abort();
    }
  }

  private async attempt({ url, headers, body }: WebhookRequest, signal: AbortSignal): Promise<Sent> {
    const { origin, hostname, pathname, search } = new URL(url);
    const host = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
    const addresses = await this.addresses(host, signal);
    if (addresses.length === 0) return { status: null, failure: 'name_not_found' };
    // One that may not be used tells that the name is not to be trusted with the others either.
    if (!addresses.every((address) => this.ports.policy.allows(address)))
      return { status: null, failure: 'private_address' };
    // A connection of its own: one that is kept was checked at another time.
    const client = new Client(origin, {
      connect: { lookup: only(addresses), timeout: this.ports.timeoutMs },
      allowH2: false,
      maxHeaderSize: HEAD_BYTES,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    try {
      const path = pathname + search;
      const answer = await client.request({ method: 'POST', path, headers, body, signal });
      await this.letEnd(answer.body, signal);
      return { status: answer.statusCode, failure: null };
    } finally {
      // Whatever is left of it is of no interest.
      void client.destroy().catch(() => undefined);
    }
  }

  /** None where name servers have none, or give no answer. */
  private async addresses(host: string, signal: AbortSignal): Promise<readonly string[]> {
    const asked = this.ports.addressesOf(host, signal).catch((error) => {
      if (signal.aborted) throw error;
      return [];
    });
    return await unlessAborted(asked, signal);
  }

  private async letEnd(
    body: { dump(options: { limit: number; signal: AbortSignal }): Promise<void> },
    signal: AbortSignal,
  ): Promise<void> {
    const over = new AbortController();
    void this.ports.pause(BODY_MS, AbortSignal.any([over.signal, signal])).then(() => over.abort());
    await body.dump({ limit: BODY_BYTES, signal: over.signal }).catch(() => undefined);
    over.abort();
  }
}

/** The system is not asked again: it could answer otherwise by now. */
function only(addresses: readonly string[]): LookupFunction {
  const all = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  return (_host, { all: wantsAll }, done) => {
    const [first] = all;
    if (wantsAll === true || first === undefined) done(null, all);
    else done(null, first.address, first.family);
  };
}

/** Name servers may take longer than anybody waits. */
function unlessAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

function failureOf(error: unknown): Failure {
  const codes = codesOf(error);
  if (codes.some((code) => UNREACHABLE.has(code))) return 'unreachable';
  if (codes.some((code) => /CERT|^(ERR_TLS|ERR_SSL|UNABLE_TO|EPROTO)/.test(code))) return 'tls_failed';
  if (codes.includes('UND_ERR_HEADERS_OVERFLOW') || (error instanceof Error && error.name === 'HTTPParserError'))
    return 'bad_answer';
  return 'connection_lost';
}

/** Its own, its causes', and those of each of several addresses. */
function codesOf(error: unknown): string[] {
  if (typeof error !== 'object' || error === null) return [];
  const code: unknown = Reflect.get(error, 'code');
  const inner = [Reflect.get(error, 'cause'), ...(error instanceof AggregateError ? error.errors : [])];
  return [...(typeof code === 'string' ? [code] : []), ...inner.flatMap(codesOf)];
}
