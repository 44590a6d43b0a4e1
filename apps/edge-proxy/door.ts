// The public port: who connects, how slowly they may speak, and how it closes without a request being lost.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isTraceparent, newTraceparent, type Random } from '@tallystick/transport';
import { answerBrokenHttp, endUnusedConnections, INTERNAL } from '@tallystick/transport/service';
import { Caller } from './caller.js';
import type { EdgeConfiguration } from './configuration.js';

export type DoorLimits = Pick<
  EdgeConfiguration,
  'host' | 'port' | 'headBytesMax' | 'headArrivalMs' | 'uploadArrivalMs' | 'stallMs' | 'unaskedConnectionMs' | 'drainMs'
>;

/** A request, and what ends it early. */
export interface Arrival {
  readonly caller: Caller;
  readonly request: IncomingMessage;
  readonly traceparent: string;
  /** The last listener is told, where the caller leaves before the answer is complete. */
  onLeave(listener: () => void): void;
  /** The answer has no end of its own: this ends it when the door closes. */
  endless(end: () => void): void;
}

export interface DoorPorts {
  readonly limits: DoorLimits;
  readonly random: Random;
  /** Answers the caller. */
  readonly answer: (arrival: Arrival) => Promise<void>;
  readonly pause: (milliseconds: number) => Promise<void>;
  readonly report: (error: unknown) => void;
}

const CHECKED_EVERY_MS = 500;

export class Door {
  private readonly server: Server;
  private readonly endUnused: () => void;
  /** Ends each answer that has no end of its own. */
  private readonly endings = new Set<() => void>();
  private underWay = 0;
  private draining = false;
  private closing: Promise<void> | undefined;
  private onQuiet: (() => void) | undefined;

  constructor(private readonly ports: DoorPorts) {
    const { limits, random } = ports;
    this.server = createServer({
      noDelay: true,
      keepAlive: true,
      keepAliveTimeout: limits.unaskedConnectionMs,
      maxHeaderSize: limits.headBytesMax,
      headersTimeout: limits.headArrivalMs,
      requestTimeout: limits.uploadArrivalMs,
      connectionsCheckingInterval: CHECKED_EVERY_MS,
      // Refused below, with a body as every refusal has.
      requireHostHeader: false,
    });
    this.server.setTimeout(Math.max(limits.stallMs, limits.unaskedConnectionMs, limits.uploadArrivalMs));
    this.server.on('request', (request, response) => void this.receive(request, response));
    this.server.on('checkExpectation', (request, response) => void this.receive(request, response));
    this.server.on('clientError', answerBrokenHttp(random));
    this.endUnused = endUnusedConnections(this.server);
  }

  /** @returns the address, such as `http://127.0.0.1:8090`. @throws Error where it can't be listened on */
  async listen(): Promise<string> {
    const { limits, report } = this.ports;
    this.server.listen(limits.port, limits.host);
    await once(this.server, 'listening');
    this.server.on('error', report);
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('the door has no address');
    return `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`;
  }

  /** False from the moment on at which it was told to close. */
  isOpen(): boolean {
    return this.server.listening && !this.draining;
  }

  /**
   * Goes on answering, each time with `Connection: close`, until the load balancer has had the time to look elsewhere; then takes no more
   * connections, and resolves when the last answer is out. Live answers are ended: their readers resume elsewhere.
   */
  close(): Promise<void> {
    this.closing ??= this.drain();
    return this.closing;
  }

  private async drain(): Promise<void> {
    this.draining = true;
    if (!this.server.listening) return;
    await this.ports.pause(this.ports.limits.drainMs);
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.endUnused();
    for (const end of this.endings) end();
    if (this.underWay > 0)
      await new Promise<void>((resolve) => {
        this.onQuiet = resolve;
      });
    this.server.closeAllConnections();
    await closed;
  }

  private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { random, report, answer } = this.ports;
    const given = request.headers.traceparent?.toString();
    const traceparent = given !== undefined && isTraceparent(given) ? given : newTraceparent(random);
    const isLast = () => this.draining;
    const caller = new Caller(request, response, traceparent.slice(3, 35), isLast);
    this.underWay++;
    let onLeave = () => {};
    let end = () => {};
    // Where the caller leaves this comes before the answer is complete, else once it was handed to the network. Of answers that wait for
    // another on the same connection, only the connection tells that it is gone.
    let isOver = false;
    const over = () => {
      if (isOver) return;
      isOver = true;
      request.socket.removeListener('close', over);
      this.underWay--;
      this.endings.delete(end);
      if (!response.writableFinished) onLeave();
      if (this.underWay === 0) this.onQuiet?.();
    };
    response.once('close', over);
    // A program may send any number of requests at once.
    request.socket.setMaxListeners(0).once('close', over);
    const arrival: Arrival = {
      caller,
      request,
      traceparent,
      onLeave: (listener) => {
        onLeave = listener;
      },
      endless: (ending) => {
        end = ending;
        this.endings.add(end);
      },
    };
    try {
      await answer(arrival);
    } catch (error) {
      if (caller.left) return;
      report(error);
      if (caller.status === 0) await caller.refuse(INTERNAL);
      else caller.cut();
    }
  }
}
