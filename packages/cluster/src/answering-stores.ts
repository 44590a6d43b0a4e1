// Stores as services use them: where the store is away, their callers are answered `unavailable`, which may be tried again, and not that
// the service is broken.
import { CallFailed } from '@tallystick/transport';
import type { Records, ViewReader } from '@tallystick/views';
import { isOperational, type Report } from './outages.js';

/** Reads and writes as the store does. @throws CallFailed `unavailable` where the store is away, of which `report` is told */
export function answeringRecords(records: Records, report: Report): Records {
  const answer = answering('the records can not be read or written now', report);
  return {
    get: (collection, key) => answer(records.get(collection, key)),
    insertIfAbsent: (collection, key, value) => answer(records.insertIfAbsent(collection, key, value)),
    compareAndSet: (collection, key, version, value) => answer(records.compareAndSet(collection, key, version, value)),
    put: (collection, key, value) => answer(records.put(collection, key, value)),
    remove: (collection, key) => answer(records.remove(collection, key)),
    keys: (collection, options) => answer(records.keys(collection, options)),
    close: () => records.close(),
  };
}

/** As answeringRecords. Of a scan only the store itself says what went wrong. */
export function answeringViews(views: ViewReader, report: Report): ViewReader {
  const answer = answering('the views can not be read now', report);
  return {
    get: (table, key) => answer(views.get(table, key)),
    slice: (table, options) => answer(views.slice(table, options)),
    scan: (table) => views.scan(table),
    progress: (consumer, partition) => answer(views.progress(consumer, partition)),
  };
}

function answering(message: string, report: Report) {
  return async <Result>(asked: Promise<Result>): Promise<Result> => {
    try {
      return await asked;
    } catch (error) {
      if (!isOperational(error)) throw error;
      report(error);
      throw new CallFailed({ code: 'unavailable', message, retryable: true }, error);
    }
  };
}
