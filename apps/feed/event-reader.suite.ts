// A reader of server-sent events, as far as the feed's specs need one. Not by fetch: a fetch that is cancelled may leave a connection
// behind that has never asked anything, and a server that closes waits for it.
import { get, type IncomingMessage } from 'node:http';

export interface ServerSent {
  readonly id: string;
  readonly event: string;
  readonly data: { readonly id: string; readonly amount: number };
}

export class EventReader {
  readonly events: ServerSent[] = [];
  comments = 0;
  lastId = '';
  /** Resolves when the first id has come. */
  readonly opened: Promise<void>;
  /** Resolves when the connection is over, whoever ended it. */
  readonly ended: Promise<void>;
  private readonly stopping = new AbortController();
  private waiting: { readonly isMet: () => boolean; readonly resolve: () => void }[] = [];
  private text = '';

  constructor(url: string, headers: Record<string, string>) {
    this.ended = this.read(url, headers).catch((error) => {
      if (!this.stopping.signal.aborted) throw error;
    });
    this.opened = this.until(() => this.lastId !== '');
  }

  close(): void {
    this.stopping.abort();
  }

  async has(count: number): Promise<readonly ServerSent[]> {
    await this.until(() => this.events.length >= count);
    return this.events;
  }

  hasComments(count: number): Promise<void> {
    return this.until(() => this.comments >= count);
  }

  private until(isMet: () => boolean): Promise<void> {
    if (isMet()) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push({ isMet, resolve }));
  }

  private async read(url: string, headers: Record<string, string>): Promise<void> {
    const { signal } = this.stopping;
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      get(url, { headers, signal, agent: false }, resolve).once('error', reject);
    });
    if (response.statusCode !== 200) throw new Error(`${response.statusCode} instead of events`);
    const decoder = new TextDecoder();
    for await (const chunk of response) {
      this.text += decoder.decode(chunk, { stream: true });
      for (let end = this.text.indexOf('\n\n'); end >= 0; end = this.text.indexOf('\n\n')) {
        this.take(this.text.slice(0, end));
        this.text = this.text.slice(end + 2);
      }
      const met = this.waiting.filter(({ isMet }) => isMet());
      this.waiting = this.waiting.filter((each) => !met.includes(each));
      for (const { resolve } of met) resolve();
    }
  }

  private take(block: string): void {
    const fields = new Map<string, string>();
    for (const line of block.split('\n')) {
      const colon = line.indexOf(': ');
      if (colon === 0) this.comments++;
      else fields.set(line.slice(0, colon), line.slice(colon + 2));
    }
    const { id = this.lastId, event = '', data } = Object.fromEntries(fields);
    this.lastId = id;
    if (data !== undefined) this.events.push({ id, event, data: JSON.parse(data) });
  }
}
