// A proxy between the adapter and Cassandra that loses answers, or ends TLS.
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

export interface LossyProxy {
  /** `host:port` to connect to. */
  readonly contactPoint: string;
  /** The answer to the next request that contains this text is lost, and the connection with it. */
  loseAnswerTo(text: string): void;
  /** How many answers were lost. */
  readonly lost: () => number;
  close(): Promise<void>;
}

/** @param certificate ends TLS, where it is given */
export async function proxyTo(
  contactPoint: string,
  certificate?: { readonly key: string; readonly cert: string },
): Promise<LossyProxy> {
  const [host = '', port = ''] = contactPoint.split(':');
  const sockets = new Set<Socket>();
  let losing: string | undefined;
  let lost = 0;
  const join = (client: Socket) => {
    const server = connect({ host, port: Number(port) });
    let isLosing = false;
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
    client.on('data', (data) => {
      if (losing !== undefined && data.includes(losing)) {
        losing = undefined;
        isLosing = true;
      }
      server.write(data);
    });
    server.on('data', (data) => {
      if (isLosing) {
        // It has been carried out by now.
        lost++;
        client.destroy();
      } else client.write(data);
    });
  };
  const listener: Server = certificate === undefined ? createServer(join) : createTlsServer(certificate, join);
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('a listening server has a port');
  return {
    contactPoint: `127.0.0.1:${address.port}`,
    loseAnswerTo: (text) => {
      losing = text;
    },
    lost: () => lost,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      listener.close();
      await once(listener, 'close');
    },
  };
}
