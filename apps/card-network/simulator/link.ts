// One link to the bank: framed messages both ways, many in flight, answers found by trace number and reference. It can be cut on purpose.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import {
  compile,
  encodeFrame,
  frameSplitter,
  Iso8583Error,
  type Iso8583Message,
  tallystick,
} from '@tallystick/iso8583';
import type { Address } from '../address.js';
import { textOf } from './messages.js';

/** Where a link is destroyed: as soon as the message is written, in its middle, or when its answer has come and nobody has seen it. */
export type Cut = 'at_once' | 'mid_frame' | 'before_answer';

/** `lost`: the link went down with it. `late`: no answer within the deadline, though the link is up. */
export type Reply = Iso8583Message | 'lost' | 'late';

export interface LinkPorts {
  /** Milliseconds, only ever forwards. */
  readonly clock: () => number;
  readonly deadlineMs: number;
  /** Milliseconds from sending to the answer. */
  readonly onAnswered: (milliseconds: number) => void;
  /** An answer that nobody waits for any more, or what is no answer at all. */
  readonly onUnasked: (what: string) => void;
  readonly onEnd: () => void;
}

interface Waiting {
  readonly sentAt: number;
  readonly cut: Cut | undefined;
  readonly tell: (reply: Reply) => void;
}

const codec = compile(tallystick);
const CONNECT_MS = 5_000;
const SWEEP_MS = 50;
const SIGN_OFF = '002';

export class Link {
  /** In the order of sending, so that the oldest is the first. */
  readonly #waiting = new Map<string, Waiting>();
  readonly #sweeper: NodeJS.Timeout;
  #over = false;

  private constructor(
    private readonly socket: Socket,
    private readonly ports: LinkPorts,
  ) {
    const splitter = frameSplitter();
    socket.on('data', (piece: Buffer) => {
      try {
        splitter.push(piece, (bytes) => this.#received(bytes));
      } catch (error) {
        if (!(error instanceof Iso8583Error)) throw error;
        ports.onUnasked(`no message: ${error.message}`);
        this.#end();
      }
    });
    socket.on('error', () => this.#end());
    socket.on('close', () => this.#end());
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS).unref();
  }

  /** @throws where nobody listens there */
  static async open({ host, port }: Address, ports: LinkPorts): Promise<Link> {
    const socket = connect({ host, port, noDelay: true });
    await once(socket, 'connect', { signal: AbortSignal.timeout(CONNECT_MS) });
    return new Link(socket, ports);
  }

  get isOpen(): boolean {
    return !this.#over;
  }

  get inFlight(): number {
    return this.#waiting.size;
  }

  ask(message: Iso8583Message, cut?: Cut): Promise<Reply> {
    if (this.#over) return Promise.resolve('lost');
    const bytes = encodeFrame(codec, message);
    return new Promise((tell) => {
      const name = nameOf(message);
      const waiting = { sentAt: this.ports.clock(), cut, tell };
      // A repeat that meets its first sending here: the first answer is for both.
      const same = this.#waiting.get(name);
      this.#waiting.set(name, same === undefined ? waiting : both(same, waiting));
      if (cut === 'mid_frame') this.socket.write(bytes.subarray(0, bytes.length >> 1));
      else this.socket.write(bytes);
      if (cut === 'mid_frame' || cut === 'at_once') this.#end();
    });
  }

  close(): void {
    this.#end();
  }

  #received(bytes: Buffer): void {
    if (this.#over) return;
    const message = codec.decode(bytes);
    const name = nameOf(message);
    const waiting = isAnswer(message) ? this.#waiting.get(name) : undefined;
    if (waiting === undefined) return this.#unasked(message);
    if (waiting.cut === 'before_answer') return this.#end();
    this.#waiting.delete(name);
    this.ports.onAnswered(this.ports.clock() - waiting.sentAt);
    waiting.tell(message);
  }

  #unasked(message: Iso8583Message): void {
    // The bank leaves: what is in flight it still answers, and then it closes.
    if (message.mti === '0800' && textOf(message, 70) === SIGN_OFF) return;
    this.ports.onUnasked(`${message.mti} with DE11 ${textOf(message, 11)} was not waited for`);
  }

  #sweep(): void {
    const oldest = this.ports.clock() - this.ports.deadlineMs;
    for (const [name, { sentAt, tell }] of this.#waiting) {
      if (sentAt > oldest) return;
      this.#waiting.delete(name);
      tell('late');
    }
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    clearInterval(this.#sweeper);
    this.socket.destroy();
    const lost = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { tell } of lost) tell('lost');
    this.ports.onEnd();
  }
}

function both(first: Waiting, second: Waiting): Waiting {
  return {
    sentAt: second.sentAt,
    cut: first.cut ?? second.cut,
    tell: (reply) => {
      first.tell(reply);
      second.tell(reply);
    },
  };
}

/** A message and its answer have the same; a reversal has its original's trace number, so the class counts too. */
function nameOf(message: Iso8583Message): string {
  return message.mti.slice(0, 2) + (Number(message.mti[2]) >> 1) + textOf(message, 11) + textOf(message, 37);
}

function isAnswer({ mti }: Iso8583Message): boolean {
  return Number(mti[2]) % 2 === 1;
}
