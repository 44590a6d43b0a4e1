import { describe, expect, it } from '@jest/globals';
import { MemoryViews } from '@tallystick/views/memory/index';
import { Registry } from 'prom-client';
import { ledgerSumsTable } from './gl.projection.js';
import { measureInTransit } from './in-transit.metric.js';

describe('the in-transit metric', () => {
  it('is what left one account and did not arrive, per account and currency', async () => {
    const views = new MemoryViews();
    await views.prepare([ledgerSumsTable]);
    const sum = (account: string, currency: string, debits: string, credits: string) => ({
      table: ledgerSumsTable,
      group: 'sums',
      row: { bus_partition: 0, account, currency, debits, credits, applied: 1 },
      position: 1n,
    });
    const upserts = [
      sum('liabilities:customers:acc_1', 'GBP', '500', '0'),
      sum('liabilities:in-transit:payments', 'GBP', '7', '7'),
      sum('liabilities:in-transit:transfers', 'EUR', '0', '20'),
      sum('liabilities:in-transit:transfers', 'GBP', '100', '450'),
      sum('liabilities:scheme-settlement:visa', 'GBP', '0', '9'),
    ];
    await views.apply(upserts, { consumer: 'views', partition: 0, position: 1n });
    const metrics = new Registry();
    measureInTransit(views, metrics);
    const lines = (await metrics.metrics()).split('\n').filter((line) => line.startsWith('ledger_in_transit'));
    expect(lines).toEqual([
      'ledger_in_transit_minor_units{account="liabilities:in-transit:payments",currency="GBP"} 0',
      'ledger_in_transit_minor_units{account="liabilities:in-transit:transfers",currency="EUR"} 20',
      'ledger_in_transit_minor_units{account="liabilities:in-transit:transfers",currency="GBP"} 350',
    ]);
  });
});
