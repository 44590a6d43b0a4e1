// What customers' programs read, at the service itself and through the edge in front of it.
import { join } from 'node:path';
import { openCustomers } from '../customers.js';
import { wrk } from '../http/wrk.js';
import { combined, type Measured } from '../measured.js';
import { milliseconds } from '../report.js';
import { CLIENTS, type World } from '../world.js';
import { figure } from './gateway.js';

const CUSTOMERS = 64;
const READS = [
  { name: 'GET /balance', path: '/balance?account_id=ACCOUNT' },
  {
    name: 'GET /transactions, 100 rows, merchants expanded',
    path: '/transactions?account_id=ACCOUNT&limit=100&expand%5B%5D=merchant',
  },
];

export async function customers(world: World): Promise<void> {
  const bank = await world.freshBank();
  const file = join(world.folder, 'customers.txt');
  await openCustomers(bank, CUSTOMERS, file);
  const { seconds } = world.options;
  for (const { name, path } of READS) {
    const read = (url: string): Promise<Measured> => {
      const loaded = { url, cpu: () => bank.cpu() };
      return wrk(loaded, { script: 'customers', args: [file, path], connections: CLIENTS, seconds });
    };
    // What changes on the machine meanwhile meets both.
    const first = await read(bank.url);
    const through = await read(bank.edgeUrl);
    const direct = combined([first, await read(bank.url)]);
    const again = combined([through, await read(bank.edgeUrl)]);
    figure(world, bank, `${name}, ${CLIENTS} connections, without the edge`, direct);
    const [behind, before] = [direct.latencies?.p99 ?? Number.NaN, again.latencies?.p99 ?? Number.NaN];
    figure(world, bank, '… through the edge', again, `the edge adds ${milliseconds(before - behind)} ms to p99`);
  }
}
