// What a service answers while it waits for its servers: it lives, and is not ready. Nest begins to listen once they are there.
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';

export interface WaitingRoom {
  /** Makes room for the service on the same port. */
  close(): Promise<void>;
}

/** @param awaited what is waited for, whenever somebody asks @throws Error where the port is taken */
export async function openWaitingRoom(
  { host, port }: { readonly host: string; readonly port: number },
  awaited: readonly string[],
): Promise<WaitingRoom> {
  const server = createServer((request, response) => {
    if (request.url === '/health/live') return answer(response, 200, { status: 'live' });
    const names = [...new Set(awaited)];
    const message = `not ready: ${names.join(', ') || 'starting'}`;
    const problem = { code: 'not_ready', message, params: { failing: names.join(',') } };
    answer(response, 503, { ...problem, retryable: { value: true } });
  });
  server.listen(port, host);
  await once(server, 'listening');
  return {
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', connection: 'close' });
  response.end(JSON.stringify(body));
}
