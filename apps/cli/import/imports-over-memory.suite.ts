// Imports into a ledger in memory, through the services that the bank runs; every call goes through encode and decode.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  accountsContract,
  bookDateIn,
  type ClientOf,
  cardProcessingContract,
  cardsContract,
  defineContract,
  ledgerContract,
  transactionsContract,
} from '@tallystick/contracts';
import { decodePayload } from '@tallystick/events';
import { MemoryJournal, MemoryStore } from '@tallystick/journal/memory/index';
import type { CurrencyCode, LedgerEvent } from '@tallystick/ledger-core';
import { type CallContext, contextsOf } from '@tallystick/transport';
import { inProcessTransport } from '@tallystick/transport/in-process/index';
import { Projector } from '@tallystick/views';
import { MemoryRecords, MemoryViewStore, MemoryViews } from '@tallystick/views/memory/index';
import { Accounts } from '../../accounts/accounts.js';
import { usersOver } from '../../accounts/users-over-memory.suite.js';
import { CardProcessingController } from '../../card-processing/card-processing.controller.js';
import { BadClearingFile } from '../../card-processing/clearing/bad-clearing-file.js';
import { ClearingFiles } from '../../card-processing/clearing/clearing-files.js';
import { type ClearingFileReport, importClearing } from '../../card-processing/clearing/clearing-import.js';
import { defaultCardProcessing } from '../../card-processing/configuration.js';
import { Gateway } from '../../card-processing/gateway.js';
import { RowImporter } from '../../card-processing/import-rows.js';
import { CardTokens } from '../../card-processing/tokens.js';
import { Cards } from '../../cards/cards.js';
import { AccountStreams } from '../../ledger/account-streams.js';
import { Ledger } from '../../ledger/ledger.js';
import { Transactions } from '../../transactions/transactions.js';
import { transactionsProjection } from '../../transactions/transactions.projection.js';
import { fileSource } from './clearing-file-source.js';
import { BadInput } from './csv-records.js';
import { type ImportOptions, type ImportReport, importCards } from './import-cards.js';
import { importJournal, type JournalImportReport } from './import-journal.js';

export const HEADER =
  'file,row,date,original_minor,original_cur,billing_minor,billing_cur,merchant_name,card,cac1_desc';
const LARGE_LIMIT = 1_000_000_000_000_000n;
const NOW = 1_777_593_600_000_000n;
const tokens = new CardTokens([{ version: 1, key: new Uint8Array(32).fill(9) }]);

interface Services {
  readonly ledger: ClientOf<typeof ledgerContract>;
  readonly accounts: ClientOf<typeof accountsContract>;
  readonly cardProcessing: ClientOf<typeof cardProcessingContract>;
  readonly gateway: Gateway;
}

export class ImportsUnderTest {
  readonly folder = mkdtempSync(join(tmpdir(), 'imports-'));
  readonly progress: (readonly [done: number, total: number | undefined])[] = [];
  readonly context: CallContext = contextsOf('operator')('spec', 'spec');
  private readonly journal = new MemoryJournal(new MemoryStore({ journalId: 'jrnl1', positionStep: 3n }));
  private readonly records = new MemoryRecords();
  private writesLeft = Number.POSITIVE_INFINITY;
  private services: Services;

  constructor() {
    const append = this.journal.append.bind(this.journal);
    this.journal.append = (...args) => this.write(() => append(...args));
    const insert = this.records.insertIfAbsent.bind(this.records);
    this.records.insertIfAbsent = (...args) => this.write(() => insert(...args));
    this.services = this.start();
  }

  get gateway(): Gateway {
    return this.services.gateway;
  }

  /** Runs the work in a process that dies at its n-th write of journal or records, and starts another; whether the work came to its end. */
  async dyingAfter(writes: number, work: () => Promise<unknown>): Promise<boolean> {
    this.writesLeft = writes;
    const ended = await work().then(
      () => true,
      () => false,
    );
    this.writesLeft = Number.POSITIVE_INFINITY;
    this.services = this.start();
    return ended;
  }

  private write<T>(work: () => Promise<T>): Promise<T> {
    return this.writesLeft-- > 0 ? work() : Promise.reject(new Error('this process has died'));
  }

  private start(): Services {
    const { journal, records } = this;
    const clock = () => NOW;
    const transport = inProcessTransport({
      mode: 'bytes',
      time: { now: () => 0, every: () => () => undefined },
      random: (bytes) => new Uint8Array(bytes).fill(1),
      report: () => {},
    });
    const ports = { journal, clock, records, cacheWeight: 100_000, pause: () => Promise.resolve() };
    transport.answer(ledgerContract, new Ledger(ports, new AccountStreams(ports)));
    const ledger = transport.client(ledgerContract);
    transport.answer(cardsContract, new Cards(ledger, records, new MemoryViews(), { waitUntil: async () => {} }));
    const cards = transport.client(cardsContract);
    const accounts = transport.client(accountsContract);
    const cardProcessing = transport.client(cardProcessingContract);
    const views = new MemoryViews(new MemoryViewStore());
    const { users } = usersOver({ journal, client: ledger });
    transport.answer(accountsContract, new Accounts(ledger, cardProcessing, views, records, users));
    const importer = new RowImporter({ ledger, accounts, cards });
    const bookDate = bookDateIn('Europe/London');
    // As much of the contract as is asked here.
    const { list } = transactionsContract.methods;
    transport.answer(defineContract('transactions', { list }), this.transactionsOver(views));
    const transactions = transport.client(transactionsContract);
    const { rememberedCards } = defaultCardProcessing;
    const clearing = new ClearingFiles({ ledger, cards, transactions, tokens, bookDate, rememberedCards });
    transport.answer(cardProcessingContract, new CardProcessingController(importer, tokens, clearing));
    const gateway = new Gateway({ ledger, cards, clock, bookDate, tokens, configuration: defaultCardProcessing });
    return { ledger, accounts, cardProcessing, gateway };
  }

  /** As the bank's own, filled when somebody asks. */
  private transactionsOver(views: MemoryViews): Transactions {
    const projector = new Projector('views', views, [transactionsProjection]);
    return new Transactions(views, {
      waitUntil: async () => {
        await projector.prepare();
        const events = await this.journal.readAll({ after: await projector.resumeAfter(0), limit: 100_000 });
        if (events.length > 0) await projector.apply({ partition: 0, events });
      },
    });
  }

  /** @param rows without the header line; gzipped where the name says so */
  file(name: string, rows: readonly string[], header = HEADER): string {
    return this.text(name, `${[header, ...rows].join('\n')}\n`);
  }

  text(name: string, text: string | Uint8Array): string {
    const path = join(this.folder, name);
    writeFileSync(path, name.endsWith('.gz') ? gzipSync(text) : text);
    return path;
  }

  /** Of one file. */
  async clearing(path: string): Promise<ClearingFileReport> {
    const { signal } = new AbortController();
    const options = { signal, context: () => this.context, onProgress: () => {} };
    const { files } = await importClearing([fileSource(path)], this.services, options);
    const [report] = files;
    if (report === undefined) throw new Error('no file was looked at');
    return report;
  }

  cards(paths: readonly string[], options: Partial<ImportOptions> = {}): Promise<ImportReport> {
    return importCards(paths, this.services, {
      defaultCurrency: 'GBP' as CurrencyCode,
      creditLimit: LARGE_LIMIT,
      acceptDuplicateFiles: false,
      signal: new AbortController().signal,
      context: () => this.context,
      onProgress: (done, total) => this.progress.push([done, total]),
      ...options,
    });
  }

  journalLines(paths: readonly string[]): Promise<JournalImportReport> {
    const { signal } = new AbortController();
    const options = { signal, context: () => this.context, onProgress: () => {} };
    return importJournal(paths, this.services, options);
  }

  /** The sentence that the input is refused with, the folder's name left out; nothing may have been recorded. */
  async refusal(importing: Promise<unknown>): Promise<string> {
    const before = (await this.events()).length;
    const error = await importing.then(
      () => new Error('it was taken in'),
      (reason: unknown) => reason,
    );
    if (!(error instanceof BadInput) && !(error instanceof BadClearingFile)) throw error;
    if ((await this.events()).length !== before) throw new Error('events were recorded');
    return error.message.replaceAll(`${this.folder}/`, '');
  }

  async events(): Promise<LedgerEvent[]> {
    const events = await this.journal.readAll({ after: 0n, limit: 100_000 });
    return events.map(({ payload }) => decodePayload(payload));
  }

  /** All bytes of the journal as text. */
  async journalText(): Promise<string> {
    const events = await this.journal.readAll({ after: 0n, limit: 100_000 });
    const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
    return events.map(({ stream, metadata, payload }) => `${stream} ${text(metadata)} ${text(payload)}`).join('\n');
  }

  async typesOf(): Promise<string[]> {
    return (await this.events()).map((event) => event.type);
  }

  /** The ledger balance of every imported account, by reference and currency, with what is held. */
  async balances(): Promise<Record<string, readonly [ledger: bigint, held: bigint]>> {
    const balances: Record<string, readonly [bigint, bigint]> = {};
    for (const event of await this.events()) {
      if (event.type !== 'AccountOpened') continue;
      const { found } = await this.services.ledger.account({ accountId: event.accountId }, this.context);
      if (found !== null)
        balances[`${found.externalReference} ${found.currency}`] = [found.balances.ledger, found.balances.held];
    }
    return balances;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
