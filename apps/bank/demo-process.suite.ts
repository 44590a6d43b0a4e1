// The built demo in a process of its own, with the customer who lives in it.
import { CLI, Process } from './bank-process.suite.js';

/** As the feed shows it. */
export interface FeedItem {
  readonly id: string;
  readonly kind: string;
  readonly status: string;
  readonly amount: number;
  readonly created: string;
  readonly description: string;
}

/** `tallystick start --demo`, as `npm start` runs it. */
export class DemoProcess {
  private bought = 0;

  private constructor(
    readonly url: string,
    /** Where customers' programs call. */
    readonly edgeUrl: string,
    readonly accountId: string,
    private readonly cardId: string,
    private readonly token: string,
    private readonly process: Process,
  ) {}

  static async start(data: string): Promise<DemoProcess> {
    const started = Process.start(
      CLI,
      `--json --data ${data} start --demo --port 0 --edge-port 0 --iso8583-port 0`.split(' '),
    );
    const document = await started.startedAs('the demo', () =>
      started.stdout.startsWith('{') && started.stdout.endsWith('}\n') ? started.stdout : undefined,
    );
    const { url, edge_url, account_id, card_id, customer_token } = JSON.parse(document);
    return new DemoProcess(url, edge_url, account_id, card_id, customer_token, started);
  }

  get pageUrl(): string {
    return `${this.url}/#token=${this.token}&account=${this.accountId}`;
  }

  /** The customer's whole feed, newest first. */
  async feed(): Promise<FeedItem[]> {
    const all: FeedItem[] = [];
    for (let before = ''; ; ) {
      const query = `account_id=${this.accountId}&limit=100${before === '' ? '' : `&before=${before}`}`;
      const response = await fetch(`${this.url}/feed/items?${query}`, {
        headers: { authorization: `Bearer ${this.token}` },
      });
      const { items } = (await response.json()) as { items: FeedItem[] }; // as the route's schema says
      all.push(...items);
      const last = items.at(-1);
      if (last === undefined || items.length < 100) return all;
      before = last.id;
    }
  }

  /** Buys with the customer's card; the transaction's id. */
  async buy(amount: object, merchant: object): Promise<string> {
    const response = await fetch(`${this.url}/gateway/authorisations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': `bought-${this.bought++}` },
      body: JSON.stringify({ card: { id: this.cardId }, amount, merchant }),
    });
    const { transaction_id } = (await response.json()) as { transaction_id: string }; // as the route's schema says
    return transaction_id;
  }

  async kill(): Promise<void> {
    this.process.child.kill('SIGKILL');
    await this.process.ended;
  }
}
