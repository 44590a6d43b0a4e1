// Banks on a data folder that each test has to itself; what a test starts is stopped after it.
import { afterEach, beforeEach } from '@jest/globals';
import { DataFolder } from './bank-process.suite.js';

export interface BanksOnFolder<Bank> {
  /** Of the running test. */
  readonly folder: DataFolder;
  start(): Promise<Bank>;
}

/** To be called once in a spec's file. */
export function banksOnFolder<Bank extends { kill(): Promise<unknown> }>(
  startOn: (path: string) => Promise<Bank>,
): BanksOnFolder<Bank> {
  let folder: DataFolder | undefined;
  let banks: Bank[] = [];
  const current = () => {
    if (folder === undefined) throw new Error('there is no folder before a test');
    return folder;
  };
  beforeEach(() => {
    folder = new DataFolder();
    banks = [];
  });
  afterEach(async () => {
    for (const bank of banks) await bank.kill();
    await current().remove();
  });
  return {
    get folder() {
      return current();
    },
    async start() {
      const bank = await startOn(current().path);
      banks.push(bank);
      return bank;
    },
  };
}
