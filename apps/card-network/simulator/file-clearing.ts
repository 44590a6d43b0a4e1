// Clearing as whole files of JSON lines, as a scheme sends its day (docs/clearing.md).
import { BankFailure, type BankHttp } from './bank-http.js';
import type { ClearingDelivery, ClearingLine, LineOutcome } from './clearing-lines.js';

const PATH = '/gateway/clearing-files';
const SCHEME = 'mastercard';
/** The header is the first record. */
const FIRST_LINE = 2;
const LINES_MOST = 2_000;
const DATE_LETTERS = 10;

export class FileClearing implements ClearingDelivery {
  #files = 0;

  /** @param now milliseconds since 1970: the business day */
  constructor(
    private readonly bank: BankHttp,
    private readonly now: () => number,
  ) {}

  async deliver(lines: readonly ClearingLine[]): Promise<readonly LineOutcome[]> {
    const outcomes: LineOutcome[] = [];
    for (let from = 0; from < lines.length; from += LINES_MOST)
      outcomes.push(...(await this.#deliver(lines.slice(from, from + LINES_MOST))));
    return outcomes;
  }

  async close(): Promise<void> {}

  async #deliver(lines: readonly ClearingLine[]): Promise<LineOutcome[]> {
    const id = `${this.bank.run}-${++this.#files}`;
    const { status, body } = await this.bank.upload(PATH, this.#fileOf(id, lines));
    // Of a file that it took in before, the bank does not say again what became of its lines.
    if (status !== 200 || body.there_before !== false || !Array.isArray(body.exception_records))
      throw new BankFailure(`the clearing file ${id} was answered with ${status} ${JSON.stringify(body)}`);
    const outcomes: LineOutcome[] = lines.map(() => ({ posted: true }));
    for (const exception of body.exception_records) {
      const { record, reason }: { record?: unknown; reason?: unknown } = Object(exception);
      outcomes[Number(record) - FIRST_LINE] = { posted: false, code: String(reason) };
    }
    return outcomes;
  }

  #fileOf(id: string, lines: readonly ClearingLine[]): string {
    let debits = 0;
    let credits = 0;
    for (const { type, amount } of lines)
      if (type === 'clearing' || type === 'refund_reversal') debits += amount.amount;
      else credits += amount.amount;
    const header = {
      file_id: id,
      scheme: SCHEME,
      business_date: new Date(this.now()).toISOString().slice(0, DATE_LETTERS),
      count: lines.length,
      totals: [{ currency: 'GBP', debits, credits }],
    };
    return [header, ...lines].map((line) => `${JSON.stringify(line)}\n`).join('');
  }
}
