// What goes wrong between us and Cassandra: which of it passes, and one sentence for each.
import cassandra from 'cassandra-driver';

const { errors, types } = cassandra;
const { responseErrorCodes: codes } = types;

/** Cassandra could not be reached, or had too few replicas, for longer than was waited. A retry may help. */
export class CassandraUnavailable extends Error {
  override readonly name = 'CassandraUnavailable';
  readonly retryable = true;
}

/** Cassandra does not know this name with this password. It helps to correct either, here or there. */
export class CassandraCredentialsRefused extends Error {
  override readonly name = 'CassandraCredentialsRefused';
}

/** A conditional write whose outcome can't be told any more: others have changed the record many times since. */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown';
}

/** The consumer began in a generation that is no longer the live one; it goes on in the live one after a new start. */
export class GenerationSwitched extends Error {
  override readonly name = 'GenerationSwitched';
  constructor(keyspace: string, from: number, to: number) {
    super(
      `the views in keyspace ${keyspace} are those of generation ${to} now, and this consumer writes generation ${from}: start it again`,
    );
  }
}

/** A table that came after the views were filled: made empty in place it would lack all that was before. */
export class TableAddedLate extends Error {
  override readonly name = 'TableAddedLate';
  constructor(table: string, store: string) {
    super(`table ${table} is new in ${store}, which is filled already; it needs a new generation of the views`);
  }
}

const PASSING: ReadonlySet<number> = new Set([
  codes.serverError,
  codes.unavailableException,
  codes.overloaded,
  codes.isBootstrapping,
  codes.truncateError,
  codes.writeTimeout,
  codes.readTimeout,
  codes.readFailure,
  codes.writeFailure,
]);

/** What the driver throws without a class of its own where a host has lost its connections and is not yet known to be down. */
const NO_CONNECTION: ReadonlySet<string> = new Set(['No connection available', 'Connection closed']);

/** Whether the same request may succeed a little later. */
export function mayPass(error: unknown): boolean {
  if (refusesCredentials(error)) return false;
  if (error instanceof errors.ResponseError) return PASSING.has(error.code);
  return (
    error instanceof errors.NoHostAvailableError ||
    error instanceof errors.OperationTimedOutError ||
    error instanceof errors.BusyConnectionError ||
    property(error, 'isSocketError') === true ||
    NO_CONNECTION.has(String(property(error, 'message')))
  );
}

/** Whether a conditional write that failed so may have been applied all the same. */
export function mayBeApplied(error: unknown): boolean {
  if (error instanceof errors.NoHostAvailableError) return innerErrors(error).some(mayBeApplied);
  if (error instanceof errors.ResponseError)
    return error.code === codes.writeTimeout || error.code === codes.writeFailure || error.code === codes.serverError;
  if (error instanceof errors.OperationTimedOutError) return true;
  return property(error, 'isSocketError') === true && property(error, 'requestNotWritten') !== true;
}

/** Whether it says that a keyspace or table isn't there. */
export function isMissing(error: unknown): boolean {
  return (
    error instanceof errors.ResponseError &&
    error.code === codes.invalid &&
    /does not exist|unconfigured table/.test(error.message)
  );
}

export function isThereAlready(error: unknown): boolean {
  return error instanceof errors.ResponseError && error.code === codes.alreadyExists;
}

export function refusesCredentials(error: unknown): boolean {
  if (error instanceof errors.AuthenticationError) return true;
  if (error instanceof errors.NoHostAvailableError) return innerErrors(error).some(refusesCredentials);
  return error instanceof errors.ResponseError && error.code === codes.badCredentials;
}

/** The innermost reason, in a few words of one line. */
export function reasonOf(error: unknown): string {
  if (error instanceof errors.NoHostAvailableError) {
    const [first] = innerErrors(error);
    return first === undefined ? 'no node answers' : reasonOf(first);
  }
  // Errors of Node's own may be of another realm, and so no Error of this one.
  const [code, message] = [property(error, 'code'), property(error, 'message')];
  if (typeof code === 'string') return code;
  return (typeof message === 'string' ? message : String(error)).split('\n', 1)[0] ?? '';
}

/** Whether a connection could not be made at all. */
export function isUnreachable(error: unknown): boolean {
  return typeof property(error, 'syscall') === 'string';
}

function property(error: unknown, name: string): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
}

function innerErrors(error: InstanceType<typeof errors.NoHostAvailableError>): unknown[] {
  const inner: unknown = error.innerErrors;
  return typeof inner === 'object' && inner !== null ? Object.values(inner) : [];
}
