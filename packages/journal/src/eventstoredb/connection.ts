// Which node is spoken to, and how. The client package's own connection is not used: it calls nodes with a pause of up to two minutes
// between two tries, and its appends share one table of promises that a dropped connection leaves in disorder.
import { readFileSync } from 'node:fs';
import discovery from '@eventstore/db-client/dist/Client/discovery.js';
import parsing from '@eventstore/db-client/dist/Client/parseConnectionString.js';
import { type ChannelCredentials, Client, credentials as grpcCredentials, Metadata } from '@grpc/grpc-js';
import { type CallFailure, callFailureOf, type Endpoint } from './failures.js';

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

export interface ConnectionOptions {
  /** esdb://[user:password@]host[:port][,…][?tls=false&…] or esdb+discover://… */
  readonly connectionString: string;
  /** Instead of those in the connection string. Only sent over TLS. */
  readonly credentials?: Credentials;
  /** The authority that signed the server's certificate, PEM; instead of the one in the connection string. */
  readonly tlsCaFile?: string;
}

type Settings = ReturnType<typeof parsing.parseConnectionString>;

/** As the client package has it: events written by other means may be larger than gRPC lets one append. */
const MAX_MESSAGE_BYTES = 17 * 1024 * 1024;
/** What a node may send ahead of the reader. */
const WINDOW_BYTES = 1024 * 1024;
const KEEPALIVE_MS = 10_000;
/** The longest that a timer takes. */
const NEVER_MS = 2 ** 31 - 1;
const RECONNECT_MS = 100;
const RECONNECT_MS_MAX = 1_000;

/** A connection to one node; another takes its place when the node has gone. */
export interface Line {
  readonly client: Client;
  readonly endpoint: Endpoint;
}

/** Finds the leader and keeps one HTTP/2 connection to it, which any number of calls share. */
export class Connection {
  readonly #settings: Settings;
  readonly #channelCredentials: ChannelCredentials;
  readonly #metadata: Metadata;
  readonly #lane: number;
  #line: Line | undefined;
  #connecting: Promise<Line> | undefined;
  #closed = false;
  #leader: Endpoint | undefined;
  #failed: Endpoint | undefined;

  /**
   * @param lane connections of different lanes are different ones: a node only takes a hundred calls on one
   * @throws Error where the connection string or the certificate is wrong
   */
  constructor({ connectionString, credentials, tlsCaFile }: ConnectionOptions, lane = 0) {
    this.#settings = parsing.parseConnectionString(connectionString);
    const { tls = true, tlsCAFile } = this.#settings;
    const authority = tlsCaFile ?? tlsCAFile;
    this.#channelCredentials = tls
      ? grpcCredentials.createSsl(authority === undefined ? null : readFileSync(authority))
      : grpcCredentials.createInsecure();
    this.#lane = lane;
    this.#metadata = new Metadata();
    const user = credentials ?? this.#settings.defaultCredentials;
    if (tls && user !== undefined)
      this.#metadata.set(
        'authorization',
        `Basic ${Buffer.from(`${user.username}:${user.password}`).toString('base64')}`,
      );
  }

  /** The nodes that were configured, for sentences. */
  get name(): string {
    return this.#settings.hosts.map(({ address, port }) => `${address}:${port}`).join(',');
  }

  /** What every call is sent with. */
  metadata(requiresLeader: boolean): Metadata {
    const metadata = this.#metadata.clone();
    if (requiresLeader) metadata.set('requires-leader', 'true');
    return metadata;
  }

  /** The line to the node that is thought to lead. @throws Error where none is found */
  async line(): Promise<Line> {
    if (this.#line !== undefined) return this.#line;
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = undefined;
    });
    return this.#connecting;
  }

  /**
   * Says what went wrong with a call, and leaves its line where another node may do better: the next call finds one.
   * @param line undefined where none was found
   */
  failed(error: unknown, line: Line | undefined): CallFailure {
    if (line === undefined) return callFailureOf(error, this.name);
    const failure = callFailureOf(error, `${line.endpoint.address}:${line.endpoint.port}`);
    if (failure.kind !== 'denied' && failure.kind !== 'other') this.leave(line, failure.leader);
    return failure;
  }

  /** Calls under way on the line go on; the next one finds another. @param leader the node to ask, where one was named */
  leave(line: Line, leader?: Endpoint): void {
    if (this.#line !== line) return;
    this.#line = undefined;
    this.#leader = leader;
    this.#failed = line.endpoint;
    line.client.close();
  }

  close(): void {
    this.#closed = true;
    this.#line?.client.close();
    this.#line = undefined;
  }

  async #connect(): Promise<Line> {
    const endpoint = this.#leader ?? (await this.#find());
    if (this.#closed) throw new Error('the journal is closed');
    this.#leader = undefined;
    const { keepAliveInterval = KEEPALIVE_MS, keepAliveTimeout = KEEPALIVE_MS } = this.#settings;
    const client = new Client(`${endpoint.address}:${endpoint.port}`, this.#channelCredentials, {
      'grpc.keepalive_time_ms': keepAliveInterval < 0 ? NEVER_MS : keepAliveInterval,
      'grpc.keepalive_timeout_ms': keepAliveTimeout < 0 ? NEVER_MS : keepAliveTimeout,
      'grpc.initial_reconnect_backoff_ms': RECONNECT_MS,
      'grpc.max_reconnect_backoff_ms': RECONNECT_MS_MAX,
      'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
      'grpc-node.flow_control_window': WINDOW_BYTES,
      // Means nothing to gRPC, but channels with equal options would share one connection.
      'tallystick.lane': this.#lane,
    });
    this.#line = { client, endpoint };
    return this.#line;
  }

  async #find(): Promise<Endpoint> {
    const { hosts, dnsDiscover, ...settings } = this.#settings;
    const [first] = hosts;
    if (first === undefined) throw new Error('the connection string names no host');
    if (!dnsDiscover && hosts.length === 1) return first;
    const seeds = dnsDiscover ? { discover: first } : { endpoints: hosts };
    return discovery.discoverEndpoint({ ...settings, ...seeds }, this.#channelCredentials, this.#failed);
  }
}
