// Stand-ins in temporary folders, and journals on them.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type StandIn, type StandInOptions, startStandIn } from '@tallystick/journal/standin';
import type { JournalUnavailable } from '../port.js';
import { type EventStoreJournal, type EventStoreJournalOptions, openEventStoreJournal } from './index.js';

/** No test draws lots: the pauses between two tries are the shortest. */
export const random = (): number => 0;

export class EventStoreWorld {
  readonly reported: JournalUnavailable[] = [];
  readonly #journals: EventStoreJournal[] = [];
  readonly #standIns: StandIn[] = [];

  private constructor(readonly directory: string) {}

  static async create(): Promise<EventStoreWorld> {
    return new EventStoreWorld(await mkdtemp(join(tmpdir(), 'eventstoredb-')));
  }

  get file(): string {
    return join(this.directory, 'journal.log');
  }

  async standIn(options: Partial<StandInOptions> = {}): Promise<StandIn> {
    const standIn = await startStandIn({ file: this.file, ...options });
    this.#standIns.push(standIn);
    return standIn;
  }

  async journal(connectionString: string, options: Partial<EventStoreJournalOptions> = {}): Promise<EventStoreJournal> {
    const report = (trouble: JournalUnavailable) => this.reported.push(trouble);
    const journal = await openEventStoreJournal({ connectionString, report, random, ...options });
    this.#journals.push(journal);
    return journal;
  }

  async dispose(): Promise<void> {
    for (const standIn of this.#standIns) standIn.faults.mute = false;
    await Promise.all(this.#journals.map((journal) => journal.close()));
    await Promise.all(this.#standIns.map((standIn) => standIn.close()));
    await rm(this.directory, { recursive: true });
  }
}
