// What goes wrong again and again while a server or a disk is away is said once, in a sentence.

/** By name: what they say is all there is to know, and a stack would only hide it. */
const OPERATIONAL: ReadonlySet<string> = new Set([
  'CallFailed',
  'CassandraCredentialsRefused',
  'CassandraUnavailable',
  'DeadlineExceeded',
  'GenerationSwitched',
  'JournalUnavailable',
  'KafkaTrouble',
  'StoreUnavailable',
  'TableAddedLate',
  'TableDefinitionChanged',
]);
const CAUSES_FOLLOWED = 3;
/** An outage that was not heard of for so long is over; the next one is told again. */
const QUIET_MS = 60_000;
const SENTENCES_KEPT = 1_000;

export type Report = (error: unknown) => void;

/**
 * Tells of an operational error its sentence, and not again while it goes on; of any other error all there is, each time.
 * @param now milliseconds of a clock that only goes forward
 */
export function eachOutageOnce(report: Report, now: () => number): Report {
  const lastMet = new Map<string, number>();
  return (error) => {
    if (!(error instanceof Error) || !isOperational(error)) return report(error);
    const sentence = sentenceOf(error);
    const before = lastMet.get(sentence);
    if (lastMet.size >= SENTENCES_KEPT) lastMet.clear();
    lastMet.set(sentence, now());
    if (before === undefined || now() - before > QUIET_MS) report(sentence);
  };
}

/** What the system says of a connection or a name that is not there. */
function isOfSystem(error: Error): boolean {
  return typeof Reflect.get(error, 'syscall') === 'string';
}

/** What callers are answered names no server or file; what it rests on does. */
function sentenceOf(error: Error): string {
  const { cause } = error;
  return error.name === 'CallFailed' && cause instanceof Error && isOperational(cause)
    ? sentenceOf(cause)
    : error.message;
}

/** Whether it, or what caused it, says that something is away that may come back. */
export function isOperational(error: unknown): boolean {
  let at = error;
  for (let i = 0; i < CAUSES_FOLLOWED && at instanceof Error; i++) {
    if (OPERATIONAL.has(at.name) || at.name.startsWith('KafkaJS') || isOfSystem(at)) return true;
    at = at.cause;
  }
  return false;
}
