// HTTP/1.1 with as little work as can be: one keep-alive connection, one request at a time, answers with a Content-Length. The load
// generator shares the machine with what it measures.
import { connect, type Socket } from 'node:net';

export interface Answer {
  readonly status: number;
  readonly body: string;
}

const HEAD_END = '\r\n\r\n';

export class Connection {
  private received = '';
  private waiting: { readonly resolve: (answer: Answer) => void; readonly reject: (error: Error) => void } | undefined;

  private constructor(private readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => this.take(chunk));
    socket.on('error', (error) => this.fail(error));
    socket.on('close', () => this.fail(new Error('the connection was closed')));
  }

  static open(url: string): Promise<Connection> {
    const { hostname, port } = new URL(url);
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname);
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.removeListener('error', reject);
        resolve(new Connection(socket));
      });
    });
  }

  /** @param head lines of the header, without those of the body's length */
  send(requestLine: string, head: readonly string[], body = ''): Promise<Answer> {
    if (this.waiting !== undefined) throw new Error('one request at a time');
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      const length =
        body === '' ? [] : ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`];
      this.socket.write(
        `${[`${requestLine} HTTP/1.1`, 'Host: bank', ...head, ...length].join('\r\n')}${HEAD_END}${body}`,
      );
    });
  }

  close(): void {
    this.socket.destroy();
  }

  private take(chunk: string): void {
    this.received += chunk;
    const end = this.received.indexOf(HEAD_END);
    if (end < 0) return;
    const head = this.received.slice(0, end);
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? Number.NaN);
    if (Number.isNaN(length)) return this.fail(new Error('an answer without Content-Length'));
    const start = end + HEAD_END.length;
    if (this.received.length < start + length) return;
    const answer = { status: Number(head.slice(9, 12)), body: this.received.slice(start, start + length) };
    this.received = this.received.slice(start + length);
    const { waiting } = this;
    this.waiting = undefined;
    waiting?.resolve(answer);
  }

  private fail(error: Error): void {
    const { waiting } = this;
    this.waiting = undefined;
    waiting?.reject(error);
  }
}

/** Connections that are handed out one by one; whoever comes when none is free waits for the next. */
export class Connections {
  private readonly free: Connection[];
  private readonly queue: ((connection: Connection) => void)[] = [];

  private constructor(private readonly all: readonly Connection[]) {
    this.free = [...all];
  }

  static async open(url: string, count: number): Promise<Connections> {
    return new Connections(await Promise.all(Array.from({ length: count }, () => Connection.open(url))));
  }

  async send(requestLine: string, head: readonly string[], body?: string): Promise<Answer> {
    const connection = this.free.pop() ?? (await new Promise<Connection>((resolve) => this.queue.push(resolve)));
    try {
      return await connection.send(requestLine, head, body);
    } finally {
      const next = this.queue.shift();
      if (next === undefined) this.free.push(connection);
      else next(connection);
    }
  }

  close(): void {
    for (const connection of this.all) connection.close();
  }
}
