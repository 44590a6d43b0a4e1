// What the commands ask of a data folder. apps/bank opens it; the commands know only this.
import type { accountsContract, balanceContract, ClientOf, financeContract } from '@tallystick/contracts';
import type { Difference } from '@tallystick/views/compare';

export interface Books {
  readonly clients: {
    readonly accounts: ClientOf<typeof accountsContract>;
    readonly balance: ClientOf<typeof balanceContract>;
    readonly finance: ClientOf<typeof financeContract>;
  };
  /** The book's, an IANA name. */
  readonly timeZone: string;
  /** Fills a new generation of all views from the journal, beside the live one. @throws the signal's reason where it is aborted */
  rebuildViews(onProgress: (progress: RebuildProgress) => void, signal: AbortSignal): Promise<RebuiltViews>;
  /** The books as Kafka alone tells them; undefined where there is no Kafka. */
  readonly withKafka?: (use: (finance: ClientOf<typeof financeContract>) => Promise<void>) => Promise<void>;
  close(): Promise<void>;
}

/** Events read so far, and how many there are to read. */
export interface RebuildProgress {
  readonly done: number;
  readonly total: number;
}

export interface RebuiltViews {
  readonly generation: number;
  /** How many events it was filled from. */
  readonly events: number;
  /** How many tables all views have. */
  readonly tables: number;
  /** Every row in which the live views (left) and the rebuilt ones (right) differ, both at the same position. */
  differences(): AsyncIterable<Difference>;
  /** Makes the rebuilt views the live ones; only where the books were opened to write. */
  switchTo(): Promise<void>;
  /** Removes the rebuilt views; nothing where they are live. */
  discard(): Promise<void>;
}

export interface OpenOptions {
  /** Configuration file of a bank that runs as separate processes; then `dataDir` means nothing. */
  readonly config?: string | undefined;
  readonly dataDir: string;
  /** False takes the folder's lock. True reads beside whoever holds it; the views are up to the journal's head when it resolves. */
  readonly readOnly: boolean;
  readonly signal: AbortSignal;
}

/** Rejects with one clear sentence where the folder holds no ledger, or another process writes to it. */
export type OpenBooks = (options: OpenOptions) => Promise<Books>;
