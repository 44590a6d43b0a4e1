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
  let starting: Promise<Bank>[] = [];
  const current = () => {
    if (folder === undefined) throw new Error('there is no folder before a test');
    return folder;
  };
  beforeEach(() => {
    folder = new DataFolder();
    starting = [];
  });
  afterEach(async () => {
    // One that was still starting when its test ended is stopped too.
    for (const started of await Promise.allSettled(starting))
      if (started.status === 'fulfilled') await started.value.kill();
    await current().remove();
  });
  return {
    get folder() {
      return current();
    },
    start() {
      const started = startOn(current().path);
      starting.push(started);
      return started;
    },
  };
}
