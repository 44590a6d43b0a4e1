import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Connections on which nobody has asked anything yet: browsers open some ahead, and Node does not count them among the idle ones that it
 * closes, so a service would wait for them at its end.
 * @returns ends those that there are, and those that still come
 */
export function endUnusedConnections(server: Server): () => void {
  const unused = new Set<Socket>();
  let ending = false;
  server.on('connection', (socket: Socket) => {
    if (ending) socket.destroy();
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  server.on('request', ({ socket }) => unused.delete(socket));
  return () => {
    ending = true;
    for (const socket of unused) socket.destroy();
  };
}
