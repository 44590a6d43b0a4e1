// `replay --verify` against views that somebody changed by hand.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { currentGeneration } from '@tallystick/views/sqlite/index';
import Database from 'better-sqlite3';
import { DataFolder } from './bank-process.suite.js';

let folder: DataFolder;
beforeEach(() => {
  folder = new DataFolder();
});
afterEach(() => folder.remove());

const ROWS = ['date,card,original_minor,merchant_name', '2024-05-01,first,1250,tea', '2024-05-02,second,-300,books'];

describe('views in which a balance was changed by hand', () => {
  it('are found out by replay --verify, the account named, and put right by replay', async () => {
    const file = join(folder.root, 'rows.csv');
    writeFileSync(file, `${ROWS.join('\n')}\n`);
    expect((await folder.tallystick('import', 'cards', file)).status).toBe(0);
    expect((await folder.tallystick('replay', '--verify')).status).toBe(0);

    const views = new Database(currentGeneration(folder.path)?.path);
    const account = views.prepare('SELECT account_id FROM balances WHERE ledger = -1250').pluck().get();
    views.prepare('UPDATE balances SET ledger = -1249 WHERE account_id = ?').run(account);
    views.close();

    const verified = await folder.tallystick('replay', '--verify');
    expect(verified.status).toBe(1);
    expect(verified.stdout).toContain(`balances, account_id ${account}: ledger is -1249, the events say -1250`);
    expect((await folder.tallystick('replay')).status).toBe(0);
    expect((await folder.tallystick('replay', '--verify')).status).toBe(0);
  });
});
