import type { Socket } from 'node:net';

// Above this, copying a body beside its head costs more than a second piece of a vectored write.
const COPIED_BYTES_MAX = 16 * 1024;

/** Writes a head, in latin1 and with its empty line, and a body in one go. */
export function writeMessage(socket: Socket, head: string, body: Uint8Array): void {
  if (body.length > COPIED_BYTES_MAX) {
    socket.cork();
    socket.write(head, 'latin1');
    socket.write(body);
    socket.uncork();
    return;
  }
  const bytes = Buffer.allocUnsafe(head.length + body.length);
  bytes.write(head, 0, 'latin1');
  bytes.set(body, head.length);
  socket.write(bytes);
}
