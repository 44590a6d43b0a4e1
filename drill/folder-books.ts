// The books of an embedded bank, from its folder.
import { join } from 'node:path';
import { openReader } from '@tallystick/journal/sqlite/index';
import { tallystickJson } from '../bench/bank.js';
import type { Books } from './verify.js';

export function folderBooks(folder: string): Books {
  return {
    async trialBalance() {
      // The command's own JSON; what it lacks fails loudly below.
      const { accounts, totals } = (await tallystickJson(folder, 'trial-balance')) as {
        accounts: { account: string; balance: number | string }[];
        totals: { balance: number | string }[];
      };
      return {
        accounts: accounts.map(({ account, balance }) => ({ account, balance: BigInt(balance) })),
        totals: totals.map(({ balance }) => BigInt(balance)),
      };
    },
    openJournal: async () => openReader(join(folder, 'journal.db')),
  };
}
