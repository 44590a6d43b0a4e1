// Transfers as the journal tells them, event by event: whose money is where after each, and how far each transfer has come.
import { decodePayload } from '@tallystick/events';
import type { Journal, RecordedEvent } from '@tallystick/journal';
import { signed } from '@tallystick/ledger-core/posting';

const IN_TRANSIT = 'liabilities:in-transit:transfers';
const CUSTOMERS = 'liabilities:customers:';
const PAGE = 4_096;
const FINDINGS_MAX = 50;

/** How far the journal says that a transfer has come. */
export type Stage = 'sent' | 'received' | 'refused' | 'completed' | 'returned';
export const STAGES: readonly Stage[] = ['sent', 'received', 'refused', 'completed', 'returned'];
const OVER: readonly Stage[] = ['completed', 'returned'];
/** What may come after what. */
const NEXT: Readonly<Record<Stage, readonly Stage[]>> = {
  sent: ['received', 'refused'],
  received: ['completed'],
  refused: ['returned'],
  completed: [],
  returned: [],
};
const STAGE_OF: Readonly<Record<string, Stage>> = {
  TransferSent: 'sent',
  TransferReceived: 'received',
  TransferRefused: 'refused',
  TransferCompleted: 'completed',
  TransferReturned: 'returned',
};

interface Transfer {
  readonly amount: bigint;
  stage: Stage;
}

export class TransferBooks {
  readonly transfers = new Map<string, Transfer>();
  readonly findings: string[] = [];
  /** Events that moved money and were looked at. */
  moments = 0;
  private after = 0n;
  private inTransit = 0n;
  private customers = 0n;
  private funded: bigint | undefined;

  /** From here on customers' money, with what is in transit, must stay as it is. */
  seal(): void {
    this.funded = this.customers + this.inTransit;
  }

  get total(): bigint {
    return this.customers + this.inTransit;
  }

  async readOn(journal: Pick<Journal, 'readAll'>): Promise<void> {
    for (;;) {
      const page = await journal.readAll({ after: this.after, limit: PAGE });
      for (const event of page) this.take(event);
      const last = page.at(-1);
      if (last === undefined) return;
      this.after = last.position;
    }
  }

  /** How many transfers stand at each stage that is not the last. */
  underWay(): Readonly<Record<Stage, number>> {
    const counts = { sent: 0, received: 0, refused: 0, completed: 0, returned: 0 };
    for (const { stage } of this.transfers.values()) if (!OVER.includes(stage)) counts[stage]++;
    return counts;
  }

  private take({ payload, position }: RecordedEvent): void {
    const event = decodePayload(payload);
    if ('transferId' in event) this.step(String(event.transferId), event, position);
    if (!('entry' in event) || event.entry === null) return;
    for (const posting of event.entry.postings) {
      // Both are the bank's debts: credits less debits.
      if (posting.account === IN_TRANSIT) this.inTransit -= signed(posting);
      else if (posting.account.startsWith(CUSTOMERS)) this.customers -= signed(posting);
    }
    this.moments++;
    this.check(position);
  }

  private step(id: string, event: { readonly type: string; readonly amount?: unknown }, position: bigint): void {
    const stage = STAGE_OF[event.type];
    if (stage === undefined) return;
    const known = this.transfers.get(id);
    if (known === undefined) {
      if (stage !== 'sent') this.found(`${id} was ${stage} and never sent, at ${position}`);
      this.transfers.set(id, { amount: typeof event.amount === 'bigint' ? event.amount : 0n, stage });
      return;
    }
    if (!NEXT[known.stage].includes(stage)) this.found(`${id} was ${known.stage} and then ${stage}, at ${position}`);
    known.stage = stage;
  }

  private check(position: bigint): void {
    if (this.funded !== undefined && this.total !== this.funded)
      this.found(`the customers' money with what is in transit is ${this.total}, not ${this.funded}, at ${position}`);
    if (this.inTransit < 0n) this.found(`${this.inTransit} is in transit at ${position}`);
  }

  /** Once nothing is under way. */
  checkQuiet(): void {
    if (this.inTransit !== 0n) this.found(`${this.inTransit} stays in transit`);
    for (const [id, { stage }] of this.transfers) if (!OVER.includes(stage)) this.found(`${id} stays ${stage}`);
  }

  private found(finding: string): void {
    if (this.findings.length < FINDINGS_MAX) this.findings.push(finding);
  }
}
