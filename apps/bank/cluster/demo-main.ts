// The demo's customer in a bank that runs as separate processes: `node dist/apps/bank/cluster/demo-main.js CONFIG FOLDER GATEWAY FEED`.
import 'reflect-metadata';
import { bookDateIn } from '@tallystick/contracts';
import { CUSTOMER_SECRET, customerTokenOf, openSecretsFile, stopOnSignal } from '@tallystick/transport/service';
import { startDemo } from '../demo/start-demo.js';
import { report } from '../open-books.js';
import { openClusterBank } from './cluster-bank.js';

const GRACE_MS = 10_000;

const [configFile = '', folder = '', gateway = '', feed = ''] = process.argv.slice(2);
const bank = openClusterBank(configFile, report);
const { clients, context, configuration } = bank;
const secrets = openSecretsFile(configuration.secrets.file, [CUSTOMER_SECRET], () => {
  throw new Error(`${configuration.secrets.file} is missing: the services make it when they start`);
});
const customer = await startDemo(
  {
    url: gateway,
    clients,
    context,
    bookDate: bookDateIn(configuration.bookZone),
    customerToken: (userId) => customerTokenOf(secrets, userId),
  },
  folder,
  report,
);
stopOnSignal({
  signals: process,
  stop: async () => {
    await customer.stop();
    await bank.close();
  },
  exit: (code) => process.exit(code),
  report,
  graceMs: GRACE_MS,
});
console.log(`A customer lives in it: account ${customer.accountId}, card ${customer.cardId}. Their feed:

  curl -s '${feed}/feed/items?account_id=${customer.accountId}' -H 'authorization: Bearer ${customer.token}'

Live: ${feed}/feed/live?account_id=${customer.accountId}. Buy something with their card, and see it appear:

  curl -sX POST ${gateway}/gateway/authorisations -H 'content-type: application/json' -H 'idempotency-key: mine' -d '{"card":{"id":"${customer.cardId}"},"amount":{"amount":425,"currency":"GBP"},"merchant":{"name":"HARBOUR TEA ROOM","mcc":"5812"}}'
`);
