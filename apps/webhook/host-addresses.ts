// From a host's name to its addresses. Not through the system's own resolver: that keeps a thread of a few for each name that does not
// answer, and everything else of the process waits for them.
import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';

/**
 * All addresses of a host, none where the name has none. Rejects where the signal is aborted first, or nobody knows.
 * @param host as a URL has it, without brackets
 */
export type AddressesOf = (host: string, signal: AbortSignal) => Promise<readonly string[]>;

const TIMEOUT_MS = 2_000;
const TRIES = 2;
const ABSENT: ReadonlySet<string> = new Set(['ENOTFOUND', 'ENODATA']);

/** Asks the name servers of this machine. */
export const addressesOf: AddressesOf = async (host, signal) => {
  const name = host.replace(/\.$/, '');
  if (isIP(name) !== 0) return [name];
  // RFC 6761, 6.3: it means this machine, whatever name servers say.
  if (isLocalhost(name)) return ['127.0.0.1', '::1'];
  signal.throwIfAborted();
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: TRIES });
  const cancel = () => resolver.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const asked = await Promise.allSettled([orNone(resolver.resolve4(name)), orNone(resolver.resolve6(name))]);
    const found = asked.flatMap((family) => (family.status === 'fulfilled' ? family.value : []));
    // Some name servers answer for one family alone.
    const failed = asked.find((family) => family.status === 'rejected');
    if (found.length === 0 && failed !== undefined) throw failed.reason;
    return found;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
};

export function isLocalhost(name: string): boolean {
  return name === 'localhost' || name.endsWith('.localhost');
}

async function orNone(resolved: Promise<string[]>): Promise<string[]> {
  try {
    return await resolved;
  } catch (error) {
    if (ABSENT.has(String(Reflect.get(Object(error), 'code')))) return [];
    throw error;
  }
}
