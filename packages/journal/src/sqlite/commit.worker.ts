// The thread that commits: it owns the journal's writing connection and waits for the disk, so that nobody else has to.
import { parentPort, workerData } from 'node:worker_threads';
import { type GroupMessage, packAnswers, unpackGroup } from './commit-messages.js';
import { openToWrite } from './file.js';
import { GroupStore } from './group-store.js';

export interface CommitWorkerData {
  readonly path: string;
  /** Of a journal that is created. */
  readonly journalId: string;
  readonly checkpointPages: number | undefined;
}

if (parentPort === null) throw new Error('this file is a worker thread');
const port = parentPort;
const { path, journalId, checkpointPages }: CommitWorkerData = workerData;
const { database, journalId: id } = openToWrite(path, () => journalId, checkpointPages);
const store = new GroupStore(database);

port.on('message', (message: GroupMessage | 'check' | 'close') => {
  if (message === 'close') {
    database.close();
    port.close();
    return;
  }
  if (message === 'check') {
    port.postMessage({ kind: 'checked', trouble: store.trouble()?.message });
    return;
  }
  const answers = packAnswers(store.store(unpackGroup(message)), store.position);
  port.postMessage(answers, answers.kind === 'stored' ? [answers.numbers.buffer] : []);
});
port.postMessage({ kind: 'open', id });
