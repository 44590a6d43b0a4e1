// The ports of one run of a process: the in-memory adapters, behind the machine.
import {
  type AppendResult,
  type EncodedEvent,
  type Journal,
  JournalUnavailable,
  type Position,
  type ReadStreamOptions,
  type RecordedEvent,
} from '@tallystick/journal';
import type { Progress, Records, Row, SliceOptions, TableDefinition, Upsert, ViewWriter } from '@tallystick/views';
import { RATES } from './faults.js';
import type { Incarnation, Machine } from './machine.js';
import type { Random } from './random.js';

export class MachineJournal implements Journal {
  readonly id: string;

  constructor(
    private readonly machine: Machine,
    private readonly of: Incarnation,
    private readonly inner: Journal,
    /** Called after every append that stored something, before anybody is answered. */
    private readonly stored: () => void,
  ) {
    this.id = inner.id;
  }

  async append(stream: string, expectedRevision: number, events: readonly EncodedEvent[]): Promise<AppendResult> {
    const { machine, of } = this;
    const draw = machine.draw(`append ${stream} ${expectedRevision}`);
    const lost = machine.strikes(draw, RATES.lostRequest, 'lost-request');
    if (lost || machine.strikes(draw, RATES.refusedAppend, 'refused-append')) {
      await machine.call(of, draw, { kind: 'read', perform: nothing });
      throw new JournalUnavailable(lost ? 'the request went nowhere' : 'the disk is full', lost);
    }
    const perform = async () => {
      try {
        return await this.inner.append(stream, expectedRevision, events);
      } finally {
        this.stored();
      }
    };
    const result = await machine.call(of, draw, { kind: 'append', perform });
    if (machine.strikes(draw, RATES.lostAcknowledgement, 'lost-acknowledgement'))
      throw new JournalUnavailable('the answer went nowhere', true);
    // Sometimes the answer takes its time, so that the process may die between what it stored and what it learns of it.
    if (draw.happens(100_000)) await machine.call(of, draw, { kind: 'read', perform: nothing });
    return result;
  }

  readStream(stream: string, options: ReadStreamOptions): Promise<RecordedEvent[]> {
    const draw = this.machine.draw(`read ${stream} ${options.fromRevision ?? 'newest'}`);
    return this.machine.call(this.of, draw, { kind: 'read', perform: () => this.inner.readStream(stream, options) });
  }

  readAll(options: { readonly after: Position; readonly limit: number }): Promise<RecordedEvent[]> {
    const draw = this.machine.draw(`read all ${options.after}`);
    return this.machine.call(this.of, draw, { kind: 'read', perform: () => this.inner.readAll(options) });
  }

  async *subscribe(after: Position, signal: AbortSignal): AsyncGenerator<readonly RecordedEvent[]> {
    const { machine, of } = this;
    for await (const batch of this.inner.subscribe(after, signal)) {
      for (let from = 0; from < batch.length; ) {
        const draw = machine.draw(`deliver ${of.process} ${batch[from]?.position}`);
        const size = draw.happens(100_000) ? draw.between(1, 4) : batch.length;
        await machine.call(of, draw, { kind: 'read', perform: nothing });
        if (machine.strikes(draw, RATES.brokenSubscription, 'broken-subscription'))
          throw new JournalUnavailable('the subscription broke off', false);
        yield batch.slice(from, from + size);
        from += size;
      }
    }
    // The end of the journal is the end of this process.
    await new Promise(() => {});
  }

  head(): Promise<Position> {
    const draw = this.machine.draw(`head ${this.of.process}`);
    return this.machine.call(this.of, draw, { kind: 'read', perform: () => this.inner.head() });
  }

  close(): Promise<void> {
    return this.inner.close();
  }
}

export class MachineRecords implements Records {
  constructor(
    private readonly machine: Machine,
    private readonly of: Incarnation,
    private readonly inner: Records,
  ) {}

  get(collection: string, key: string) {
    return this.read(`get ${collection} ${key}`, () => this.inner.get(collection, key));
  }

  insertIfAbsent(collection: string, key: string, value: Uint8Array): Promise<boolean> {
    return this.write(`insert ${collection} ${key}`, () => this.inner.insertIfAbsent(collection, key, value));
  }

  compareAndSet(collection: string, key: string, expectedVersion: number, value: Uint8Array): Promise<boolean> {
    return this.write(`set ${collection} ${key}`, () =>
      this.inner.compareAndSet(collection, key, expectedVersion, value),
    );
  }

  put(collection: string, key: string, value: Uint8Array): Promise<void> {
    return this.write(`put ${collection} ${key}`, () => this.inner.put(collection, key, value));
  }

  remove(collection: string, key: string): Promise<void> {
    return this.write(`remove ${collection} ${key}`, () => this.inner.remove(collection, key));
  }

  keys(collection: string, options: { readonly after?: string; readonly limit: number }): Promise<string[]> {
    return this.read(`keys ${collection}`, () => this.inner.keys(collection, options));
  }

  close(): Promise<void> {
    return this.inner.close();
  }

  private read<T>(key: string, perform: () => Promise<T>): Promise<T> {
    return this.machine.call(this.of, this.machine.draw(key), { kind: 'read', perform });
  }

  private async write<T>(key: string, perform: () => Promise<T>): Promise<T> {
    const draw = this.machine.draw(key);
    if (this.machine.strikes(draw, RATES.failedRecord, 'failed-record')) throw new StoreUnavailable('records');
    return this.machine.call(this.of, draw, { kind: 'write', perform });
  }
}

export class MachineViews implements ViewWriter {
  constructor(
    private readonly machine: Machine,
    private readonly of: Incarnation,
    private readonly inner: ViewWriter,
  ) {}

  prepare(tables: readonly TableDefinition[]): Promise<void> {
    return this.inner.prepare(tables);
  }

  async apply(upserts: readonly Upsert[], progress: Progress): Promise<void> {
    const draw = this.machine.draw(`apply ${progress.consumer} ${progress.position}`);
    if (this.machine.strikes(draw, RATES.failedViews, 'failed-views')) throw new StoreUnavailable('views');
    await this.machine.call(this.of, draw, {
      kind: 'write',
      perform: () => this.inner.apply(upserts, progress),
      tear: (by) => this.applyPart(upserts, progress, by),
    });
  }

  get(table: TableDefinition, key: Row): Promise<Row | undefined> {
    return this.read(`view ${table.name}`, () => this.inner.get(table, key));
  }

  slice(table: TableDefinition, options: SliceOptions): Promise<Row[]> {
    return this.read(`slice ${table.name}`, () => this.inner.slice(table, options));
  }

  scan(table: TableDefinition): AsyncIterable<readonly Row[]> {
    return this.inner.scan(table);
  }

  progress(consumer: string, partition: number): Promise<bigint> {
    return this.read(`progress ${consumer}`, () => this.inner.progress(consumer, partition));
  }

  close(): Promise<void> {
    return this.inner.close();
  }

  /** A store without transactions: some of the rows, and the progress not yet. */
  private async applyPart(upserts: readonly Upsert[], { consumer, partition }: Progress, draw: Random): Promise<void> {
    const position = await this.inner.progress(consumer, partition);
    await this.inner.apply(upserts.slice(0, draw.below(upserts.length + 1)), { consumer, partition, position });
  }

  private read<T>(key: string, perform: () => Promise<T>): Promise<T> {
    return this.machine.call(this.of, this.machine.draw(key), { kind: 'read', perform });
  }
}

/** A store that can't be written now, for nobody's fault. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
  constructor(store: string) {
    super(`the ${store} can't be written now`);
  }
}

async function nothing(): Promise<void> {}
