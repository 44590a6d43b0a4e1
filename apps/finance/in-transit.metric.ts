// What is under way between accounts and to other banks: zero when nothing is (architecture, rule 4).
import type { ViewReader } from '@tallystick/views';
import { Gauge, type Registry } from 'prom-client';
import { ledgerSumsTable, sumsOf } from './gl.projection.js';

const IN_TRANSIT = 'liabilities:in-transit:';
/** The embedded bus has one. */
const PARTITION = 0;
/** Two accounts, each in any of the world's currencies. */
const ROWS_MAX = 512;

/** Reads the view at every scrape: credits minus debits of each in-transit account. */
export function measureInTransit(views: ViewReader, registry: Registry): void {
  new Gauge({
    name: 'ledger_in_transit_minor_units',
    help: 'Money that has left one account and not reached the next, in minor units, as the views have it',
    labelNames: ['account', 'currency'],
    registers: [registry],
    async collect() {
      this.reset();
      const rows = await views.slice(ledgerSumsTable, {
        partition: { bus_partition: PARTITION },
        after: { account: IN_TRANSIT, currency: '' },
        limit: ROWS_MAX,
      });
      for (const row of rows) {
        const account = String(row.account);
        if (!account.startsWith(IN_TRANSIT)) break;
        const { debits, credits } = sumsOf(row);
        this.set({ account, currency: String(row.currency) }, Number(credits - debits));
      }
    },
  });
}
