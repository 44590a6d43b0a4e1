// Clearing line by line over the HTTP gateway (docs/http-gateway.md).
import type { BankHttp } from './bank-http.js';
import type { ClearingDelivery, ClearingLine, LineOutcome } from './clearing-lines.js';

const AT_ONCE = 16;

export class GatewayClearing implements ClearingDelivery {
  #keys = 0;

  constructor(private readonly bank: BankHttp) {}

  async deliver(lines: readonly ClearingLine[]): Promise<readonly LineOutcome[]> {
    const outcomes: LineOutcome[] = [];
    const waiting = lines.entries();
    const oneByOne = async () => {
      for (const [index, line] of waiting) outcomes[index] = await this.#deliver(line);
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, lines.length) }, oneByOne));
    return outcomes;
  }

  async close(): Promise<void> {}

  async #deliver(line: ClearingLine): Promise<LineOutcome> {
    // A repeat of a presentment is known by its own key, so that each line may have a new one here.
    const key = `${this.bank.run}-line-${++this.#keys}`;
    const { status, body } = await this.bank.post(pathOf(line), bodyOf(line), key);
    if (status !== 200) return { posted: false, code: String(body.code).replace(/^.*\./, '') };
    // Into suspense, for a card that the bank should know.
    return body.reason === null ? { posted: true } : { posted: false, code: String(body.reason) };
  }
}

function pathOf(line: ClearingLine): string {
  switch (line.type) {
    case 'clearing':
      return '/gateway/clearings';
    case 'refund':
      return '/gateway/refunds';
    case 'clearing_reversal':
      return `/gateway/clearings/${encodeURIComponent(line.clearing_key)}/reversals`;
    case 'refund_reversal':
      return `/gateway/refunds/${encodeURIComponent(line.refund_key)}/reversals`;
  }
}

function bodyOf(line: ClearingLine): object {
  switch (line.type) {
    case 'clearing':
    case 'refund': {
      const { type, ...body } = line;
      return body;
    }
    case 'clearing_reversal':
    case 'refund_reversal':
      return { card: line.card, amount: line.amount };
  }
}
