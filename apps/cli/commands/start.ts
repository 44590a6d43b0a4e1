// `tallystick start`: the whole bank in one process, until it is told to stop.
import { isIP } from 'node:net';
import { stopOnSignal } from '@tallystick/transport/service';
import type { Command } from 'commander';
import type { ServedBank } from '../../bank/bank.js';
import { UsageError } from '../failures.js';
import { answer, globalOptions, type Session } from '../session.js';

/** Requests under way end, snapshots are written. */
const GRACE_MS = 15_000;

interface Options {
  readonly port: string;
  readonly edgePort: string;
  readonly edgeRate: string;
  readonly secondStack?: boolean;
  readonly iso8583Port: string;
  readonly host: string;
  readonly demo?: boolean;
  readonly drivableClock?: boolean;
  readonly webhooksInto?: readonly string[];
}

/** A program that is tried out with the demo runs beside it. */
const THIS_MACHINE = ['127.0.0.0/8', '::1/128'];

export function start(program: Command, session: Session): void {
  program
    .command('start')
    .option('--demo', 'with a customer who lives on his card')
    .option('--port <port>', 'for HTTP; 0 for any free one', '8080')
    .option('--edge-port <port>', "for customers' programs; 0 for any free one", '8090')
    .option('--edge-rate <requests>', 'a second, of one token; ten times as many at once', '10')
    .option('--second-stack', 'a second stack of services behind the edge: for trying the big switch out')
    .option('--iso8583-port <port>', 'for card networks; 0 for any free one', '8583')
    .option('--drivable-clock', 'staff may drive the clock ahead (POST /staff/clock): for trying the bank out')
    .option(
      '--webhooks-into <networks...>',
      'private networks that webhooks may be sent into, such as 10.1.0.0/16 (--demo: this machine)',
    )
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .description('the whole bank in one process')
    .action(async (options: Options, command: Command) => {
      const port = portOf('--port', options.port);
      const edgePort = portOf('--edge-port', options.edgePort);
      const edgeRate = rateOf(options.edgeRate);
      const iso8583Port = portOf('--iso8583-port', options.iso8583Port);
      options.webhooksInto?.forEach(mustBeNetwork);
      const { data, config } = globalOptions(command);
      if (config !== undefined)
        throw new UsageError('start runs the embedded engine: --config is for commands beside a bank that runs');
      const { serveBank } = await import('../../bank/bank.js');
      const { BOOK_ZONE, report } = await import('../../bank/open-books.js');
      const demo = options.demo === true ? await import('../../bank/demo/start-demo.js') : undefined;
      const bank = await serveBank({
        folder: data,
        port,
        edgePort,
        edgeRate,
        secondStack: options.secondStack === true || options.demo === true,
        iso8583Port,
        host: options.host,
        drivableClock: options.drivableClock === true,
        webhooks: {
          allowPrivateAddresses: false,
          allowedNetworks: options.webhooksInto ?? (options.demo === true ? THIS_MACHINE : []),
        },
        bookZone: BOOK_ZONE,
        calls: 'direct',
        report,
        ...(demo === undefined ? {} : { pages: { '/': demo.FEED_PAGE } }),
      });
      const customer = await demo?.startDemo(bank, data, report);
      const { promise, resolve } = Promise.withResolvers<void>();
      stopOnSignal({
        signals: process,
        stop: async () => {
          await customer?.stop();
          await bank.close();
        },
        exit: (code) => (code === 0 ? resolve() : process.exit(code)),
        report,
        graceMs: GRACE_MS,
      });
      await answer(session, command, {
        json: () => ({
          url: bank.url,
          edge_url: bank.edgeUrl,
          iso8583: bank.iso8583,
          staff_token: bank.staffToken,
          data,
          pid: process.pid,
          ...(customer === undefined
            ? {}
            : {
                account_id: customer.accountId,
                card_id: customer.cardId,
                customer_token: customer.token,
                api_token: customer.apiToken,
              }),
        }),
        text: () => welcome(bank, data, customer === undefined ? noCustomer : ofCustomer(customer)),
      });
      await promise;
    });
}

type Tried = (bank: ServedBank) => string;

function welcome(bank: ServedBank, data: string, tried: Tried): string {
  const { url, edgeUrl, iso8583, staffToken } = bank;
  return `Tallystick is open. Its books are in ${data}.

  customer API   ${edgeUrl} (for developers: ${edgeUrl}/developers)
  card gateway   ${url}/gateway/authorisations
  card networks  ${iso8583} (ISO 8583 over TCP)
  staff          ${url}/staff/accounts (Authorization: Bearer ${staffToken})
  description    ${url}/openapi.json
  metrics        ${url}/metrics

${tried(bank)}
Ctrl-C stops it; what was answered is durable.
`;
}

const JSON_HEADER = `-H 'content-type: application/json'`;

function noCustomer({ url, staffToken }: ServedBank): string {
  return `Open an account:

  curl -sX POST ${url}/staff/accounts -H 'authorization: Bearer ${staffToken}' ${JSON_HEADER} -H 'idempotency-key: first' -d '{"currency":"GBP","overdraft_limit":100000}'
`;
}

interface Customer {
  readonly accountId: string;
  readonly cardId: string;
  readonly token: string;
  readonly apiToken: string;
}

function ofCustomer({ accountId, cardId, token, apiToken }: Customer): Tried {
  return ({
    url,
    edgeUrl,
    staffToken,
  }) => `A customer lives in it: account ${accountId}, card ${cardId}. Their feed, live:

  ${url}/#token=${token}&account=${accountId}

The same for programs (Authorization: Bearer ${token}):

  ${url}/feed/items?account_id=${accountId}
  ${url}/feed/live?account_id=${accountId}

What a program of the customer's may ask (as the public Monzo API):

  curl -s '${edgeUrl}/transactions?account_id=${accountId}&limit=3&expand[]=merchant' -gH 'authorization: Bearer ${apiToken}'

Send all accounts to the second stack, whose answers say \`x-stack: second\`, and compare each with the first one's:

  curl -sX PUT ${url}/staff/switch -H 'authorization: Bearer ${staffToken}' ${JSON_HEADER} -d '{"share_per_mille":1000,"accounts":[],"shadow_per_mille":1000}'

Buy something with their card, and see it appear (another idempotency-key buys another one):

  curl -sX POST ${url}/gateway/authorisations ${JSON_HEADER} -H 'idempotency-key: mine' -d '{"card":{"id":"${cardId}"},"amount":{"amount":425,"currency":"GBP"},"merchant":{"name":"HARBOUR TEA ROOM","mcc":"5812"}}'
`;
}

function portOf(option: string, text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new UsageError(`${option} is a number from 0 to 65535`);
  return port;
}

function rateOf(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new UsageError('--edge-rate is a whole number of requests, at least 1');
  return Number(text);
}

function mustBeNetwork(text: string): void {
  const [address = '', bits = ''] = text.split('/');
  if (isIP(address) === 0 || !/^\d{1,3}$/.test(bits) || Number(bits) > (isIP(address) === 4 ? 32 : 128))
    throw new UsageError(`--webhooks-into takes networks such as 10.1.0.0/16, and ${text} is none`);
}
