// Where a service answers: base URLs from configuration, or all addresses behind a name.

import { lookup } from 'node:dns/promises';
import { isIPv6 } from 'node:net';
import type { Time } from '../time.js';

/** `http://10.0.0.7:9100`, … or a name whose addresses, all of them, are instances: `{ dns: 'http://ledger.bank.svc:9100' }`. */
export type ServiceAddresses = readonly string[] | { readonly dns: string; readonly everyMs?: number };

/** All addresses, of both families, that a host name has now. */
export type Resolve = (host: string) => Promise<readonly string[]>;

export const resolveByDns: Resolve = async (host) => (await lookup(host, { all: true })).map(({ address }) => address);

const RESOLVED_EVERY_MS = 5_000;

/** An instance as the configuration names it. */
export interface Address {
  /** Distinguishes it from the others, and stays with it over restarts: what accounts are spread by. */
  readonly id: string;
  readonly host: string;
  /** `http://host:port` */
  readonly origin: string;
  /** The Host header. */
  readonly authority: string;
  /** What the path of a request starts with; mostly empty. */
  readonly prefix: string;
}

/** @throws Error for what is not the base URL of an internal port */
export function addressOf(url: string, resolved?: string): Address {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol !== 'http:') {
    throw new Error(`${url} is not the address of a service: it must be as in http://127.0.0.1:9100`);
  }
  const host = resolved ?? parsed.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = parsed.port === '' ? 80 : Number(parsed.port);
  const prefix = parsed.pathname.replace(/\/$/, '');
  const origin = `http://${isIPv6(host) ? `[${host}]` : host}:${port}`;
  return { id: `${host}:${port}${prefix}`, host, origin, authority: parsed.host, prefix };
}

export interface ResolvedName {
  readonly url: string;
  readonly everyMs?: number | undefined;
  readonly resolve: Resolve;
  readonly time: Time;
  /** Given what the name stands for; a name that can't be resolved changes nothing. */
  readonly use: (addresses: readonly Address[]) => void;
  readonly report: (error: unknown) => void;
}

/** Resolves a name now and again. @returns the first time done, and what ends it */
export function followName(name: ResolvedName): { readonly first: Promise<void>; stop(): void } {
  const { host } = addressOf(name.url);
  let under = false;
  let stopped = false;
  const refresh = async (): Promise<void> => {
    if (under) return;
    under = true;
    try {
      const found = await name.resolve(host);
      if (!stopped && found.length > 0) name.use(found.map((address) => addressOf(name.url, address)));
    } catch (error) {
      name.report(error);
    } finally {
      under = false;
    }
  };
  const first = refresh();
  const stopTimer = name.time.every(name.everyMs ?? RESOLVED_EVERY_MS, () => void refresh());
  return {
    first,
    stop: () => {
      stopped = true;
      stopTimer();
    },
  };
}
