// `tallystick start`: the whole bank in one process, until it is told to stop.
import { stopOnSignal } from '@tallystick/transport/service';

/** Requests under way end, snapshots are written. */
const GRACE_MS = 15_000;

export interface StartOptions {
  readonly data: string;
  readonly port: number;
  readonly host: string;
  readonly bookZone: string;
}

export async function start(
  options: StartOptions,
  write: (text: string) => void,
  report: (error: unknown) => void,
): Promise<void> {
  const { serveBank } = await import('../../bank/bank.js');
  const { data, port, host, bookZone } = options;
  const bank = await serveBank({ folder: data, port, host, bookZone, calls: 'direct', report });
  stopOnSignal({
    signals: process,
    stop: () => bank.close(),
    exit: (code) => process.exit(code),
    report,
    graceMs: GRACE_MS,
  });
  write(welcome(bank.url, bank.staffToken, data));
}

function welcome(url: string, staffToken: string, data: string): string {
  const json = `-H 'content-type: application/json'`;
  return `Tallystick is open. Its books are in ${data}.

  card gateway   ${url}/gateway/authorisations
  staff          ${url}/staff/accounts (Authorization: Bearer ${staffToken})
  description    ${url}/openapi.json
  metrics        ${url}/metrics

Open an account:

  curl -sX POST ${url}/staff/accounts -H 'authorization: Bearer ${staffToken}' ${json} -H 'idempotency-key: first' -d '{"currency":"GBP","overdraft_limit":100000}'

Ctrl-C stops it; what was answered is durable.
`;
}
