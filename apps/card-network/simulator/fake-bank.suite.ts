// A server that speaks the dialect and answers as a spec wants it to.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { compile, encodeFrame, frameSplitter, type Iso8583Message, tallystick } from '@tallystick/iso8583';

const codec = compile(tallystick);

export interface FakeBank {
  readonly port: number;
  /** All that came, but sign-ons, echoes and sign-offs. */
  readonly heard: Iso8583Message[];
  readonly connections: () => number;
  close(): Promise<void>;
}

/** @param answerOf DE39, or undefined for silence */
export async function fakeBank(
  answerOf: (message: Iso8583Message, nth: number) => string | undefined,
): Promise<FakeBank> {
  const heard: Iso8583Message[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    sockets.add(socket);
    const splitter = frameSplitter();
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (piece: Buffer) =>
      splitter.push(piece, (bytes) => {
        const message = codec.decode(bytes);
        const network = message.mti === '0800';
        const code = network ? '00' : answerOf(message, heard.push(message));
        if (code !== undefined) socket.write(encodeFrame(codec, answered(message, code)));
      }),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    heard,
    connections: () => connections,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function answered({ mti, fields }: Iso8583Message, code: string): Iso8583Message {
  return { mti: `${mti.slice(0, 2)}${Number(mti[2]) + 1}0`, fields: { ...fields, 39: code } };
}
