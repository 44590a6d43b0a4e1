// A link to the processor, as a card network has one: framed messages both ways, answers found by their trace number.
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

const codec = compile(tallystick);
const CONNECT_MS = 5_000;
/** Twice what a processor has for an answer (2 s), and some for a busy machine. */
const ANSWER_MS = 5_000;

export class Link {
  readonly #waiting = new Map<string, (answer: Iso8583Message) => void>();
  readonly #unasked: string[] = [];
  #over: string | undefined;

  private constructor(private readonly socket: Socket) {
    const splitter = frameSplitter();
    socket.on('data', (piece: Buffer) => {
      try {
        splitter.push(piece, (bytes) => this.#received(bytes));
      } catch (error) {
        this.#end(error instanceof Iso8583Error ? `what came back is no frame: ${error.message}` : String(error));
      }
    });
    socket.on('error', (error) => this.#end(error.message));
    socket.on('close', () => this.#end('the other side ended the link'));
  }

  static async open({ host, port }: Address): Promise<Link> {
    const socket = connect({ host, port, noDelay: true });
    await once(socket, 'connect', { signal: AbortSignal.timeout(CONNECT_MS) });
    return new Link(socket);
  }

  /** What came without being asked for: a sentence each. */
  get unasked(): readonly string[] {
    return this.#unasked;
  }

  /** @param damaged the last byte is a letter where a digit belongs */
  send(message: Iso8583Message, damaged = false): void {
    const bytes = encodeFrame(codec, message);
    if (damaged) bytes[bytes.length - 1] = 'A'.charCodeAt(0);
    this.socket.write(bytes);
  }

  /** The answer with the message's trace number, or a sentence that says why there is none. */
  async ask(message: Iso8583Message, damaged = false): Promise<Iso8583Message | string> {
    if (this.#over !== undefined) return this.#over;
    const stan = String(message.fields[11]);
    const { promise, resolve } = Promise.withResolvers<Iso8583Message | string>();
    this.#waiting.set(stan, resolve);
    const patience = setTimeout(() => resolve(this.#over ?? `no answer within ${ANSWER_MS} ms`), ANSWER_MS);
    this.socket.once('close', () => resolve(this.#over ?? 'the link ended'));
    this.send(message, damaged);
    const answer = await promise;
    clearTimeout(patience);
    this.#waiting.delete(stan);
    return answer;
  }

  close(): void {
    this.socket.destroy();
  }

  #received(bytes: Buffer): void {
    let message: Iso8583Message;
    try {
      message = codec.decode(bytes);
    } catch (error) {
      if (!(error instanceof Iso8583Error)) throw error;
      this.#unasked.push(`an answer can not be read: ${error.message}`);
      return;
    }
    const waiting = this.#waiting.get(String(message.fields[11]));
    if (waiting === undefined) this.#unasked.push(`${message.mti} with DE11 ${message.fields[11]} was not asked for`);
    else waiting(message);
  }

  #end(why: string): void {
    this.#over ??= why;
    this.socket.destroy();
  }
}
