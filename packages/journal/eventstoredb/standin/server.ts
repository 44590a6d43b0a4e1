// The calls of a node, and its address.
import { randomUUID } from 'node:crypto';
import type { ClusterInfo, MemberInfo } from '@eventstore/db-client/generated/gossip_pb.js';
import generatedGossip from '@eventstore/db-client/generated/gossip_pb.js';
import type { SupportedMethods } from '@eventstore/db-client/generated/serverfeatures_pb.js';
import generatedFeatures from '@eventstore/db-client/generated/serverfeatures_pb.js';
import generatedShared from '@eventstore/db-client/generated/shared_pb.js';
import { append, BatchAppends } from './appending.js';
import { type Endpoint, Faults } from './faults.js';
import { type Call, GrpcServer, type Handler, type Tls } from './grpc-server.js';
import { Node } from './node.js';
import { ProtocolError, status } from './protocol-error.js';
import { read } from './reading.js';
import type { Store } from './store.js';

/** The release whose behaviour is copied. */
const VERSION = '24.6.0';
/** The real server's limit of one append. */
const MAX_APPEND_BYTES = 1024 * 1024;
/** Kestrel's limit of the calls that are open on one connection. */
const MAX_CALLS_PER_CONNECTION = 100;
const STREAMS = 'event_store.client.streams.Streams';
const GOSSIP = 'event_store.client.gossip.Gossip';

export interface NodeServerOptions {
  /** 127.0.0.1 by default. */
  readonly host?: string;
  /** Any free one by default. */
  readonly port?: number;
  /** PEM; plain text by default. */
  readonly tls?: Tls;
  /** Passwords by name. Clients only send them over TLS. */
  readonly users?: Readonly<Record<string, string>>;
  readonly maxAppendBytes?: number;
}

/** A running node of the stand-in. */
export interface NodeServer extends Endpoint {
  readonly connectionString: string;
  readonly faults: Faults;
  /** Ends every open call as a node does that goes down. */
  dropCalls(): void;
  /** Drops all connections; the store stays open. */
  stop(): void;
}

/** @throws Error where the address is taken or the certificate is none */
export async function serve(store: Store, options: NodeServerOptions = {}): Promise<NodeServer> {
  const { host = '127.0.0.1', tls, users, maxAppendBytes = MAX_APPEND_BYTES } = options;
  const faults = new Faults();
  const node = new Node({ store, faults, maxAppendBytes, users });
  const self = () => ({ host, port });
  const handlers = new Map<string, Handler>([
    [`/${STREAMS}/Append`, (call) => append(node, call)],
    [`/${STREAMS}/BatchAppend`, (call) => void new BatchAppends(node, call)],
    [`/${STREAMS}/Read`, (call) => read(node, call)],
    [`/${GOSSIP}/Read`, (call) => answerOnce(call, cluster(self(), faults.leader))],
    [
      '/event_store.client.server_features.ServerFeatures/GetSupportedMethods',
      (call) => answerOnce(call, supportedMethods()),
    ],
  ]);
  const server = new GrpcServer(handlers, MAX_CALLS_PER_CONNECTION, tls);
  const port = await server.listen(host, options.port ?? 0);
  return {
    host,
    port,
    faults,
    connectionString: `esdb://${host}:${port}?tls=${tls !== undefined}`,
    dropCalls: () => server.failCalls(new ProtocolError(status.CANCELLED, 'The node is going down')),
    stop: () => server.stop(),
  };
}

function answerOnce(call: Call, answer: { serializeBinary(): Uint8Array }): void {
  call.receive(
    () => undefined,
    () => {
      call.write(answer.serializeBinary());
      call.end();
    },
  );
}

function supportedMethods(): SupportedMethods {
  const method = (service: string, name: string, features: string[]) =>
    new generatedFeatures.SupportedMethod()
      .setServiceName(service.toLowerCase())
      .setMethodName(name)
      .setFeaturesList(features);
  return new generatedFeatures.SupportedMethods()
    .setEventStoreServerVersion(VERSION)
    .setMethodsList([
      method(STREAMS, 'append', []),
      method(STREAMS, 'batchappend', ['deadline_duration']),
      method(STREAMS, 'read', ['position', 'events']),
      method(GOSSIP, 'read', []),
    ]);
}

function cluster(self: Endpoint, leader: Endpoint | undefined): ClusterInfo {
  const { VNodeState } = generatedGossip.MemberInfo;
  const members = [member(self, leader === undefined ? VNodeState.LEADER : VNodeState.FOLLOWER)];
  if (leader !== undefined) members.push(member(leader, VNodeState.LEADER));
  return new generatedGossip.ClusterInfo().setMembersList(members);
}

function member({ host, port }: Endpoint, state: MemberInfo.VNodeState): MemberInfo {
  const address = new generatedGossip.EndPoint().setAddress(host).setPort(port);
  return new generatedGossip.MemberInfo()
    .setInstanceId(new generatedShared.UUID().setString(randomUUID()))
    .setTimeStamp('0')
    .setState(state)
    .setIsAlive(true)
    .setHttpEndPoint(address);
}
