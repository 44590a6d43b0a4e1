import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { ledgerContract } from '@tallystick/contracts';
import type { Journal } from '@tallystick/journal';
import type { Micros } from '@tallystick/ledger-core';
import { Answers, CLOCK, JOURNAL, RECORDS, REPORT } from '@tallystick/transport/nest';
import type { Records } from '@tallystick/views';
import { AccountStreams } from './account-streams.js';
import { Ledger } from './ledger.js';

/** Remembered commands, transactions and presentments of all cached accounts together; each is a few hundred bytes. */
const CACHE_WEIGHT = 400_000;
const PAUSE_MS_MAX = 1_000;

@Injectable()
@Answers(ledgerContract)
export class LedgerController extends Ledger implements OnApplicationShutdown {
  private readonly cached: AccountStreams;

  constructor(
    @Inject(JOURNAL) journal: Journal,
    @Inject(RECORDS) records: Records,
    @Inject(CLOCK) clock: () => Micros,
    @Inject(REPORT) report: (error: unknown) => void,
  ) {
    const pause = (attempt: number) =>
      new Promise<void>((resolve) => setTimeout(resolve, Math.min(PAUSE_MS_MAX, 10 * 2 ** attempt)));
    const ports = { journal, records, clock, pause, report, cacheWeight: CACHE_WEIGHT };
    const streams = new AccountStreams(ports);
    super(ports, streams);
    this.cached = streams;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.cached.snapshotAll();
  }
}
