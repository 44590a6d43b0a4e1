// Every number of the calls between services, with its default; docs/calls-between-services.md says when to change which.

export const defaultCallSettings = {
  /** Connections to one instance; calls beyond wait for one. */
  connectionsMax: 256,
  connectTimeoutMs: 1_000,
  /** After which an unused connection is closed: before the other side does, so that no call is sent to a closing one. */
  unusedConnectionMs: 30_000,

  /** Tries of one call, the first one included. */
  triesMax: 3,
  firstPauseMs: 10,
  pauseMaxMs: 250,
  /** Retries per call, on the whole. */
  retryShare: 0.1,
  /** Retries that a caller may make at its start: they must cover the calls in flight on an instance that dies. */
  retryReserve: 50,
  /** Retries that may be saved up. */
  retryBurst: 500,

  /** Failures in a row after which an instance is left alone. */
  failuresInARowMax: 5,
  /** … or this share of the calls of a window, where there were enough of them. */
  failureShareMax: 0.5,
  windowMs: 10_000,
  windowCallsMin: 20,
  /** For how long an instance is left alone before it is probed; doubles each time it fails again. */
  ejectionMs: 1_000,
  ejectionMaxMs: 30_000,
  /** An instance that owes answers and says nothing for this long is probed; where it is mute, its calls go elsewhere. */
  silenceMs: 250,
  /** The same where there is no other to go to: its connections are given up. */
  silenceAloneMs: 30_000,
  probeTimeoutMs: 250,

  /** Calls that are worked on at a time, and those that may wait for it; one more is refused. */
  concurrentMax: 1_024,
  waitingMax: 1_024,
  headBytesMax: 16 * 1024,
  requestBytesMax: 8 * 1024 * 1024,
  answerBytesMax: 64 * 1024 * 1024,
  /** How long a request may take to arrive. */
  arrivalMs: 10_000,
  /** After which the listener closes a connection on which nothing is asked. */
  unaskedConnectionMs: 75_000,
};

export type CallSettings = Readonly<typeof defaultCallSettings>;
