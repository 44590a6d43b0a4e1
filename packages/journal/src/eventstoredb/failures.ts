// What goes wrong between this process and the server, as sentences for whoever runs it.
import { JournalUnavailable } from '../port.js';

/** gRPC's status codes that mean something here: https://grpc.io/docs/guides/status-codes/ */
const CANCELLED = 1;
const DEADLINE_EXCEEDED = 4;
const PERMISSION_DENIED = 7;
const UNAVAILABLE = 14;
const UNAUTHENTICATED = 16;

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** What failed, whose fault it is decided. */
export interface CallFailure {
  readonly kind: 'denied' | 'not-leader' | 'unavailable' | 'silent' | 'other';
  readonly message: string;
  /** Where the leader is, if the server has named it. */
  readonly leader?: Endpoint;
  readonly cause: unknown;
}

interface GrpcFailure {
  readonly code: number;
  readonly details: string;
  readonly metadata?: { getMap(): Record<string, unknown> };
}

function isGrpcFailure(error: unknown): error is GrpcFailure {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' && 'details' in error;
}

/** gRPC wraps what the system says of a connection in words about its own attempts. */
function reasonOf({ details }: GrpcFailure): string {
  return /Last error: (?:Error: )?(.*?)\. Resolution note/.exec(details)?.[1] ?? details;
}

/** @param at whom was called, for the sentence */
export function callFailureOf(error: unknown, at: string): CallFailure {
  if (error instanceof JournalUnavailable) return { kind: 'silent', message: error.message, cause: error };
  if (!isGrpcFailure(error)) {
    const why = error instanceof Error ? error.message : String(error);
    return { kind: 'silent', message: `no EventStoreDB answers at ${at}: ${why}`, cause: error };
  }
  const trailers = error.metadata?.getMap() ?? {};
  const exception = trailers.exception;
  if (exception === 'not-leader') {
    const leader = {
      address: String(trailers['leader-endpoint-host']),
      port: Number(trailers['leader-endpoint-port']),
    };
    const message = `the EventStoreDB at ${at} follows another node, ${leader.address}:${leader.port}`;
    return { kind: 'not-leader', message, leader, cause: error };
  }
  if (error.code === UNAUTHENTICATED)
    return { kind: 'denied', message: `the EventStoreDB at ${at} refuses the user name or password`, cause: error };
  if (error.code === PERMISSION_DENIED || exception === 'access-denied')
    return { kind: 'denied', message: `the EventStoreDB at ${at} does not allow this to the user`, cause: error };
  if (error.code === UNAVAILABLE || error.code === CANCELLED || error.code === DEADLINE_EXCEEDED)
    return { kind: 'unavailable', message: `no EventStoreDB answers at ${at}: ${reasonOf(error)}`, cause: error };
  return { kind: 'other', message: `the EventStoreDB at ${at} failed: ${error.details}`, cause: error };
}

/** The failure of a read: nothing can have been stored by it. */
export function readFailed({ message, cause }: CallFailure): JournalUnavailable {
  return new JournalUnavailable(message, false, { cause });
}

/** The failure of an append: only who was denied knows that nothing is stored. */
export function appendFailed({ kind, message, cause }: CallFailure): JournalUnavailable {
  return new JournalUnavailable(message, kind !== 'denied', { cause });
}

/** The server has looked at this one append and refused it. */
export function appendRefused(name: string, message: string, stream: string): JournalUnavailable {
  switch (name) {
    case 'AccessDenied':
      return new JournalUnavailable(`the EventStoreDB does not allow the user to append to ${stream}`, false);
    case 'StreamDeleted':
      return new JournalUnavailable(`the stream ${stream} was deleted`, false);
    case 'MaximumAppendSizeExceeded':
      return new JournalUnavailable(`the append to ${stream} is larger than the EventStoreDB takes at once`, false);
    default:
      // A time-out, a server that is busy or still starting: it may have stored the events all the same.
      return new JournalUnavailable(`the EventStoreDB did not confirm the append to ${stream}: ${message}`, true);
  }
}
