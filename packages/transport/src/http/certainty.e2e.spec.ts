// Whether a call that failed may have been sent, over real sockets.
import { createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemTime } from '../time.js';
import { CuttablePath } from './cuttable-path.suite.js';
import { contextOf, echo, echoContract, Opened, until } from './services.suite.js';

const quick = { firstPauseMs: 1 };
let opened: Opened;
beforeEach(() => {
  opened = new Opened();
});
afterEach(() => opened.close());

/** What takes connections, and does with each as it is told. */
async function server(took: (socket: Socket) => void): Promise<{ readonly url: string; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const listening = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    took(socket);
  });
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => listening.close(() => resolve()));
  };
  const address = listening.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: `http://127.0.0.1:${address.port}`, close };
}

const calling = (urls: readonly string[]) =>
  opened.transport({ services: { echo: urls }, settings: quick }).client(echoContract);

describe('a call that fails was certainly not sent', () => {
  it('where no instance is known', async () => {
    await expect(calling([]).say({ text: '' }, contextOf())).rejects.toMatchObject({ sent: false });
  });

  it('where the connection is refused on every try', async () => {
    const gone = await Promise.all([server(() => undefined), server(() => undefined)]);
    await Promise.all(gone.map((each) => each.close()));
    const client = calling(gone.map(({ url }) => url));
    for (let call = 0; call < 20; call++)
      await expect(client.say({ text: '' }, contextOf())).rejects.toMatchObject({ code: 'unavailable', sent: false });
  });

  it('where every instance says that it does not answer the service', async () => {
    const stranger = opened.transport();
    const client = calling([await stranger.listen()]);
    await expect(client.say({ text: '' }, contextOf())).rejects.toMatchObject({ code: 'unavailable', sent: false });
  });

  it('where connections were there before, and the instance is gone now', async () => {
    const instance = opened.transport();
    instance.answer(echoContract, echo);
    const path = await CuttablePath.to(await instance.listen());
    const client = calling([path.url]);
    await client.say({ text: '' }, contextOf());
    await path.cut();
    await until(async () => {
      const failure: unknown = await client.say({ text: '' }, contextOf()).catch((thrown) => thrown);
      return Reflect.get(Object(failure), 'sent') === false;
    });
    await path.restore();
    opened.also(() => path.cut());
    expect(await client.say({ text: 'back' }, contextOf())).toEqual({ text: 'back' });
  });
});

describe('a call that fails may have been sent', () => {
  it('where the connection was cut after the request was written', async () => {
    const cutting = await server((socket) => socket.once('data', () => socket.resetAndDestroy()));
    opened.also(() => cutting.close());
    await expect(calling([cutting.url]).say({ text: '' }, contextOf())).rejects.toMatchObject({
      code: 'unavailable',
      sent: true,
    });
  });

  it('where a later try was refused', async () => {
    const cutting = await server((socket) =>
      socket.once('data', () => {
        socket.resetAndDestroy();
        void cutting.close();
      }),
    );
    await expect(calling([cutting.url]).say({ text: '' }, contextOf())).rejects.toMatchObject({
      code: 'unavailable',
      sent: true,
    });
  });

  it('where nothing came before the deadline', async () => {
    const mute = await server(() => undefined);
    opened.also(() => mute.close());
    const context = contextOf({ deadline: systemTime.now() + 100 });
    await expect(calling([mute.url]).say({ text: '' }, context)).rejects.toMatchObject({
      code: 'deadline_exceeded',
      sent: true,
    });
  });

  it('where a stranger answers 503 for the service', async () => {
    const proxy = await server((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 503 Busy\r\ncontent-length: 4\r\n\r\nbusy')),
    );
    opened.also(() => proxy.close());
    await expect(calling([proxy.url]).say({ text: '' }, contextOf())).rejects.toMatchObject({ sent: true });
  });

  it('where what the service called in turn was not sent', async () => {
    const instance = opened.transport({ services: { echo: [] } });
    const nowhere = instance.client(echoContract);
    const other = opened.transport();
    other.answer(echoContract, { ...echo, say: (request, context) => nowhere.say(request, context) });
    const client = calling([await other.listen()]);
    await expect(client.say({ text: '' }, contextOf())).rejects.toMatchObject({ code: 'unavailable', sent: true });
  });
});
