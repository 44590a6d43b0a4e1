// What the edge lets through, how much and for how long.
import type { ClusterConfiguration } from '@tallystick/cluster';
import { defaultRateLimit, type RateLimit } from '@tallystick/customer-api';
import { ConfigurationError } from '@tallystick/transport/service';
import type { StackAddresses, Stacks } from './stacks.js';

export interface EdgeConfiguration {
  /** Where customers' programs call. */
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** Of each client and user. */
  readonly rateLimit: RateLimit;
  /** How many proxies of our own stand before the edge: each has added one address to X-Forwarded-For. */
  readonly proxies: number;
  /** Whether auth answers the root path, on a host of its own. */
  readonly authHasRoot: boolean;
  /** How long requests are still taken once the edge is no longer ready: what a load balancer needs to notice. */
  readonly drainMs: number;
  readonly headBytesMax: number;
  /** Of a body that is no upload; it is held until it is complete. */
  readonly bodyBytesMax: number;
  /** Of an attachment, which is passed on as it comes. */
  readonly uploadBytesMax: number;
  readonly headArrivalMs: number;
  readonly bodyArrivalMs: number;
  readonly uploadArrivalMs: number;
  /** How long a service may take to begin its answer; a caller may ask for less (X-Request-Deadline). */
  readonly patienceMs: number;
  /** A caller, or a service, that neither takes nor sends for so long in the middle of an answer is given up. */
  readonly stallMs: number;
  /** After which a caller's connection without a request is closed: later than load balancers close theirs. */
  readonly unaskedConnectionMs: number;
  readonly upstream: UpstreamSettings;
  /** How often each instance reads the switch. */
  readonly switchPollMs: number;
  readonly shadow: ShadowSettings;
}

export interface UpstreamSettings {
  /** Connections to one instance; requests beyond wait for one. */
  readonly connectionsMax: number;
  /** Of these beside them, for uploads, each of which is held in memory where it goes. */
  readonly uploadsMax: number;
  /** The same for streams that do not end. */
  readonly liveMax: number;
  readonly connectTimeoutMs: number;
  readonly unusedConnectionMs: number;
  /** How long an instance that can't be connected to is left alone where there is another. */
  readonly restMs: number;
  /** Tries of one request, the first one included. */
  readonly triesMax: number;
}

export interface ShadowSettings {
  /** Comparisons under way; what is drawn beyond is left out, and counted. */
  readonly inFlightMax: number;
  /** An answer that is longer is not compared. */
  readonly bytesMax: number;
  /** Before each time that a difference is asked again. */
  readonly pausesMs: readonly number[];
  /** How many differences are kept for the report. */
  readonly reportedMax: number;
}

const KIB = 1_024;
const MIB = 1_024 * KIB;

export const defaultEdge: EdgeConfiguration = {
  host: '127.0.0.1',
  port: 8090,
  rateLimit: defaultRateLimit,
  proxies: 0,
  authHasRoot: false,
  drainMs: 3_000,
  headBytesMax: 16 * KIB,
  bodyBytesMax: 256 * KIB,
  uploadBytesMax: 10 * MIB,
  headArrivalMs: 5_000,
  bodyArrivalMs: 10_000,
  uploadArrivalMs: 120_000,
  patienceMs: 10_000,
  stallMs: 60_000,
  unaskedConnectionMs: 75_000,
  upstream: {
    connectionsMax: 256,
    uploadsMax: 16,
    liveMax: 10_000,
    connectTimeoutMs: 1_000,
    unusedConnectionMs: 30_000,
    restMs: 1_000,
    triesMax: 3,
  },
  switchPollMs: 500,
  shadow: { inFlightMax: 16, bytesMax: MIB, pausesMs: [50, 100, 200, 400, 800], reportedMax: 100 },
};

/** What a cluster's configuration says, and the defaults for the rest. */
export function edgeOf({ edge, auth }: ClusterConfiguration): EdgeConfiguration {
  const { host, port, proxies, drainMs, rateBurst, ratePerSecond } = edge;
  const rateLimit = { burst: rateBurst, perSecond: ratePerSecond };
  return { ...defaultEdge, host, port, proxies, drainMs, rateLimit, authHasRoot: auth.rootHost !== '' };
}

/**
 * Where each of the services answers customers. @param services those of the routing table
 * @throws ConfigurationError where an address is none
 */
export function stacksOf({ edge, http }: ClusterConfiguration, services: readonly string[]): Stacks {
  const first = Object.fromEntries(
    services.map((service) => [service, edge.upstreams[service] ?? [`http://${service}:${http.port}`]]),
  );
  checkAddresses('edge.upstreams', first);
  checkAddresses('edge.secondUpstreams', edge.secondUpstreams);
  return Object.keys(edge.secondUpstreams).length === 0 ? { first } : { first, second: edge.secondUpstreams };
}

function checkAddresses(key: string, addresses: StackAddresses): void {
  for (const [service, urls] of Object.entries(addresses))
    for (const url of urls)
      if (!URL.canParse(url) || !/^http:\/\/[^/?#]+\/?$/.test(url))
        throw new ConfigurationError(`${key}.${service}`, `${url} is no base URL such as http://127.0.0.1:8080`);
}
