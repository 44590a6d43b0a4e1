// One open connection of somebody who reads a feed live: server-sent events (HTML Living Standard, 9.2).
import type { ServerResponse } from 'node:http';
import type { AccountId } from '@tallystick/ledger-core';
import { CallScope, type Time } from '@tallystick/transport';
import { itemShown } from './feed.answers.js';
import type { Feed } from './feed.js';
import type { Item } from './feed-items.js';
import type { FeedLive, Listener } from './feed-live.js';

const HEARTBEAT_MS = 15_000;
/** So many heartbeats in a row find the reader still busy with what it was sent before: it is cut off, and may resume. */
const SLOW_BEATS = 3;
const ITEMS_PER_READ = 100;
const RETRY_MS = 1_000;
const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  // Nginx would keep events back to fill its buffers.
  'x-accel-buffering': 'no',
  // Ended at a shutdown, it is not kept open for another request.
  connection: 'close',
};

export interface FeedStreamOptions {
  readonly feed: Pick<Feed, 'changes'>;
  readonly live: FeedLive;
  readonly time: Time;
  readonly accountId: AccountId;
  /** Journal position that the reader has seen. */
  readonly since: bigint;
  readonly tokenOf: (position: bigint) => string;
  readonly actor: string;
  readonly report: (error: unknown) => void;
}

export class FeedStream implements Listener {
  readonly accountId: AccountId;
  private readonly scope: CallScope;
  private cursor: bigint;
  private open = true;
  private changed = true;
  private beatDue = false;
  private beatsMissed = 0;
  private resume: (() => void) | undefined;
  private leave: (() => void) | undefined;

  constructor(
    private readonly raw: ServerResponse,
    private readonly options: FeedStreamOptions,
  ) {
    const { accountId, since, actor } = options;
    this.accountId = accountId;
    this.cursor = since;
    this.scope = new CallScope({ deadline: Number.POSITIVE_INFINITY, correlationId: `live-${accountId}`, actor });
  }

  /** Before anything is written. @throws CallFailed where no more readers can be served */
  join(): void {
    this.leave = this.options.live.listen(this);
  }

  /** Resolves when the reader has left, was too slow, or the service stops. */
  async run(): Promise<void> {
    const { raw, options } = this;
    const stopBeating = options.time.every(HEARTBEAT_MS, () => this.beat());
    raw.once('close', () => this.stop());
    raw.on('drain', () => this.goOn());
    try {
      if (raw.destroyed) return;
      raw.writeHead(200, HEADERS);
      await this.send(`retry: ${RETRY_MS}\n${this.cursorLine()}\n`);
      while (this.open) await this.turn();
    } catch (error) {
      if (this.open) options.report(error);
    } finally {
      this.leave?.();
      stopBeating();
      this.end();
    }
  }

  wake(): void {
    this.changed = true;
    this.goOn();
  }

  end(): void {
    this.stop();
    // What a slow reader has not taken yet would keep the connection, and with it a shutdown.
    if (this.raw.writableNeedDrain) this.raw.destroy();
    else this.raw.end();
  }

  private async turn(): Promise<void> {
    if (this.changed) {
      this.changed = false;
      await this.sendChanges();
    } else if (this.beatDue) {
      this.beatDue = false;
      await this.send(`: still here\n${this.cursorLine()}\n`);
    } else {
      await this.pause();
    }
  }

  private async sendChanges(): Promise<void> {
    for (let more = true; more && this.open; ) {
      const asked = { accountId: this.accountId, after: this.cursor, minPosition: 0n, limit: ITEMS_PER_READ };
      const page = await this.options.feed.changes(asked, this.scope);
      if (page.items.length > 0) await this.send(page.items.map((item) => this.eventOf(item)).join(''));
      this.cursor = page.position;
      more = page.more;
    }
  }

  private eventOf(item: Item): string {
    const { tokenOf } = this.options;
    return `id: ${tokenOf(item.revision)}\nevent: item\ndata: ${JSON.stringify(itemShown(item))}\n\n`;
  }

  /** Without data no event is dispatched, yet a reader that comes again resumes here. */
  private cursorLine(): string {
    return `id: ${this.options.tokenOf(this.cursor)}\n`;
  }

  /** Resolves when the reader can take more; the next changes are not read before. */
  private async send(text: string): Promise<void> {
    if (!this.open || this.raw.write(text)) return;
    while (this.open && this.raw.writableNeedDrain) await this.pause();
  }

  private beat(): void {
    this.beatsMissed = this.raw.writableNeedDrain ? this.beatsMissed + 1 : 0;
    if (this.beatsMissed >= SLOW_BEATS) this.raw.destroy();
    this.beatDue = true;
    this.goOn();
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => {
      this.resume = resolve;
    });
  }

  private stop(): void {
    this.open = false;
    this.scope.cancel();
    this.goOn();
  }

  private goOn(): void {
    const { resume } = this;
    this.resume = undefined;
    resume?.();
  }
}
