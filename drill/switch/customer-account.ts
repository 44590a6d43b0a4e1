// One account of the drill, with what it must show: nobody else touches it, so both stacks must say this to the penny.

export interface AccountParts {
  readonly id: string;
  readonly potId: string;
  readonly cardId: string;
}

/** Of an account's transactions. */
const NOTED_MAX = 5;

interface Shown {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export class CustomerAccount {
  /** Minor units, by card. */
  spent = 0;
  /** Minor units, in the pot. */
  deposited = 0;
  /** A token of the newest thing that was written. */
  position: string | undefined;
  /** Dedupe ids of deposits that moved money, with their amounts. */
  readonly deposits: { readonly dedupeId: string; readonly amount: number }[] = [];
  /** Ids of its transactions that customers' programs can write beside, and what was written last. */
  readonly notes = new Map<string, string>();

  constructor(readonly parts: AccountParts) {}

  bought({ transactionId, position }: { transactionId: string; position: string }, amount: number): void {
    this.spent += amount;
    this.position = position;
    if (this.notes.size < NOTED_MAX) this.notes.set(transactionId, '');
  }

  /** @returns what is wrong with an answer of GET /balance that was asked for with `position` */
  faultOfBalance(shown: Shown): string | undefined {
    const balance = -this.spent - this.deposited;
    const isRight =
      shown.status === 200 && shown.body.balance === balance && shown.body.total_balance === balance + this.deposited;
    return isRight ? undefined : `must be ${balance}, with the pot ${balance + this.deposited}: ${told(shown)}`;
  }

  /** The same of GET /pots/{id}, and of a deposit that moved money or had done so before. */
  faultOfPot(shown: Shown): string | undefined {
    const isRight = shown.status === 200 && shown.body.id === this.parts.potId && shown.body.balance === this.deposited;
    return isRight ? undefined : `must be ${this.deposited} after ${this.deposits.length} deposits: ${told(shown)}`;
  }

  /** The same of GET /transactions/{id}. */
  faultOfNotes(transactionId: string, shown: Shown): string | undefined {
    const { metadata, id } = Object(shown.body.transaction);
    const notes = this.notes.get(transactionId) ?? '';
    const isRight = shown.status === 200 && id === transactionId && (Object(metadata).notes ?? '') === notes;
    return isRight ? undefined : `must have the notes "${notes}": ${told(shown)}`;
  }
}

function told({ status, body }: Shown): string {
  return `${status} ${JSON.stringify(body).slice(0, 300)}`;
}
