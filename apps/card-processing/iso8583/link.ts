// One connection of a card network: messages in, answers out in whatever order they are ready.
import type { Socket } from 'node:net';
import { frameSplitter, Iso8583Error, type LengthSplitter } from '@tallystick/iso8583';

export interface LinkLimits {
  /** Of one message. */
  readonly messageBytesMax: number;
  /** Messages not answered yet; nothing more is read until one is. Nor is while the other side does not take its answers. */
  readonly inFlightMax: number;
  /** Without any byte either way: closed. */
  readonly idleMs: number;
  /** From a message's first byte to its last: closed. */
  readonly messageMs: number;
}

/** Why a link ended, for the count. */
export type LinkEnd = 'peer' | 'idle' | 'slow' | 'framing' | 'error' | 'stopped';

export interface LinkPorts {
  readonly socket: Socket;
  readonly limits: LinkLimits;
  /** Milliseconds. */
  readonly now: () => number;
  /** The answer, framed; undefined where there is nothing to say. Never rejects. The message's bytes are not used after it returns. */
  readonly answer: (message: Buffer) => Promise<Buffer | undefined> | Buffer | undefined;
  readonly onEnd: (end: LinkEnd) => void;
}

export class Link {
  readonly #splitter: LengthSplitter;
  /** Whole messages that came with others and have no room yet. */
  #waiting: Buffer[] = [];
  #inFlight = 0;
  /** When the message that is not whole yet began. */
  #begunAt: number | undefined;
  #reading = true;
  #corked = false;
  #end: LinkEnd | undefined;
  readonly #quiet = new Set<() => void>();

  constructor(private readonly ports: LinkPorts) {
    const { socket, limits, onEnd } = ports;
    this.#splitter = frameSplitter(limits.messageBytesMax);
    socket.setTimeout(limits.idleMs, () => this.#close('idle'));
    socket.on('data', (piece: Buffer) => this.#receive(piece));
    socket.on('drain', () => this.#goOn());
    socket.on('error', () => this.#close('error'));
    // It may still read the answers to what it sent.
    socket.on('end', () => void this.drained('peer'));
    socket.on('close', () => {
      this.#end ??= 'peer';
      this.#waiting = [];
      this.#tellQuiet();
      onEnd(this.#end);
    });
  }

  /** Messages being answered. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Asked now and then: closes a link whose message takes too long to arrive. */
  checkSlow(): void {
    const { now, limits } = this.ports;
    if (this.#begunAt !== undefined && now() - this.#begunAt > limits.messageMs) this.#close('slow');
  }

  /** @param frame with its length before it */
  send(frame: Buffer): void {
    const { socket } = this.ports;
    if (socket.destroyed || socket.writableEnded) return;
    if (!this.#corked) {
      // Answers that are ready in the same turn leave together.
      this.#corked = true;
      socket.cork();
      process.nextTick(() => {
        this.#corked = false;
        socket.uncork();
      });
    }
    socket.write(frame);
  }

  /** Ends it once everything that came is answered; resolves when it is closed. */
  async drained(end: LinkEnd = 'stopped'): Promise<void> {
    const { socket } = this.ports;
    if (this.#isBusy && !socket.destroyed) await new Promise<void>((resolve) => this.#quiet.add(resolve));
    this.#end ??= end;
    if (socket.destroyed) return;
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    // The other side need not close its half before we do.
    socket.end(() => socket.destroy());
    await closed;
  }

  /** At once, whatever is in flight. */
  destroy(): void {
    this.#close('stopped');
  }

  get #isBusy(): boolean {
    return this.#inFlight > 0 || this.#waiting.length > 0;
  }

  #receive(piece: Buffer): void {
    try {
      this.#splitter.push(piece, (message) => {
        this.#begunAt = undefined;
        if (this.#hasRoom) this.#take(message);
        else this.#waiting.push(message);
      });
    } catch (error) {
      if (!(error instanceof Iso8583Error)) throw error;
      // Where the next message begins can't be known any more.
      this.#close('framing');
      return;
    }
    if (this.#splitter.isInside) this.#begunAt ??= this.ports.now();
    this.#readOrNot();
  }

  #goOn(): void {
    let taken = 0;
    while (taken < this.#waiting.length && this.#hasRoom) {
      const message = this.#waiting[taken++];
      if (message !== undefined) this.#take(message);
    }
    this.#waiting = this.#waiting.slice(taken);
    this.#readOrNot();
  }

  #readOrNot(): void {
    const reading = this.#waiting.length === 0 && this.#hasRoom;
    if (reading === this.#reading) return;
    this.#reading = reading;
    if (reading) this.ports.socket.resume();
    else this.ports.socket.pause();
    // While it is not read from, a message can't arrive.
    if (this.#begunAt !== undefined) this.#begunAt = reading ? this.ports.now() : Number.POSITIVE_INFINITY;
  }

  get #hasRoom(): boolean {
    const { socket, limits } = this.ports;
    return this.#inFlight < limits.inFlightMax && !socket.writableNeedDrain;
  }

  #take(message: Buffer): void {
    const answer = this.ports.answer(message);
    if (!(answer instanceof Promise)) {
      if (answer !== undefined) this.send(answer);
      return;
    }
    this.#inFlight++;
    void answer.then((frame) => {
      this.#inFlight--;
      if (frame !== undefined) this.send(frame);
      if (!this.#reading) this.#goOn();
      if (!this.#isBusy) this.#tellQuiet();
    });
  }

  #tellQuiet(): void {
    for (const resolve of this.#quiet) resolve();
    this.#quiet.clear();
  }

  #close(end: LinkEnd): void {
    this.#end ??= end;
    this.ports.socket.destroy();
  }
}
