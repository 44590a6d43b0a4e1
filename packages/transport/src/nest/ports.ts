// Injection tokens of what a service's adapters provide. Which adapter is behind each is chosen in `bank`, in `cli` and in main.ts files.
const port = (name: string) => Symbol.for(`tallystick port ${name}`);

/** Journal of packages/journal. */
export const JOURNAL = port('journal');
/** Records of packages/views. */
export const RECORDS = port('records');
/** ViewReader of packages/views. */
export const VIEWS = port('views');
/** Freshness of packages/views. */
export const FRESHNESS = port('freshness');
/** Bus of packages/bus. */
export const BUS = port('bus');
/** (accountId: string) => number: which partition of the bus an account's events are in. */
export const PARTITION_OF = port('partition of');
/** () => Micros: the time now. */
export const CLOCK = port('clock');
/** BookDate of packages/contracts. */
export const BOOK_DATE = port('book date');
/** IANA name of the book's time zone. */
export const BOOK_ZONE = port('book zone');
/** Secrets of this package. */
export const SECRETS = port('secrets');
/** ContextFor: contexts for calls that nobody outside waits for. */
export const CONTEXT_FOR = port('context for');
/** boolean: whether this process runs the processes and timers, or only answers. */
export const RUNS_PROCESSES = port('runs processes');
/** (error: unknown) => void: trouble that no caller is told of. */
export const REPORT = port('report');
/** Time and Random of this package. */
export const TIME = port('time');
export const RANDOM = port('random');
