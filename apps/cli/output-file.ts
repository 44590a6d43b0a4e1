// A file that appears whole or not at all.
import { open, rename, rm } from 'node:fs/promises';
import { CouldNotRun, messageOf } from './failures.js';

export interface OutputFile {
  write(text: string): Promise<void>;
  /** Puts the file in its place, over one that was there. */
  finish(): Promise<void>;
  /** Leaves everything as it was. */
  discard(): Promise<void>;
}

/** @throws CouldNotRun where it can't be written there */
export async function openOutput(path: string): Promise<OutputFile> {
  const temporary = `${path}.${process.pid}.part`;
  const file = await open(temporary, 'w').catch((error: unknown) => {
    throw new CouldNotRun(`${path} can't be written: ${messageOf(error)}`);
  });
  return {
    async write(text) {
      await file.writeFile(text);
    },
    async finish() {
      await file.sync();
      await file.close();
      await rename(temporary, path);
    },
    async discard() {
      await file.close();
      await rm(temporary, { force: true });
    },
  };
}
