// `tallystick start`: the whole bank in one process, until it is told to stop.
import { stopOnSignal } from '@tallystick/transport/service';
import type { Command } from 'commander';
import { UsageError } from '../failures.js';
import { answer, globalOptions, type Session } from '../session.js';

/** Requests under way end, snapshots are written. */
const GRACE_MS = 15_000;

interface Options {
  readonly port: string;
  readonly host: string;
}

export function start(program: Command, session: Session): void {
  program
    .command('start')
    .option('--port <port>', 'for HTTP; 0 for any free one', '8080')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .description('the whole bank in one process')
    .action(async (options: Options, command: Command) => {
      const port = Number(options.port);
      if (!/^\d{1,5}$/.test(options.port) || port > 65_535) throw new UsageError('--port is a number from 0 to 65535');
      const { serveBank } = await import('../../bank/bank.js');
      const { BOOK_ZONE, report } = await import('../../bank/open-books.js');
      const { data } = globalOptions(command);
      const bank = await serveBank({
        folder: data,
        port,
        host: options.host,
        bookZone: BOOK_ZONE,
        calls: 'direct',
        report,
      });
      const { promise, resolve } = Promise.withResolvers<void>();
      stopOnSignal({
        signals: process,
        stop: () => bank.close(),
        exit: (code) => (code === 0 ? resolve() : process.exit(code)),
        report,
        graceMs: GRACE_MS,
      });
      await answer(session, command, {
        json: () => ({ url: bank.url, staff_token: bank.staffToken, data, pid: process.pid }),
        text: () => welcome(bank.url, bank.staffToken, data),
      });
      await promise;
    });
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
