// Receivers as they may be, over real sockets.

import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pause } from '@tallystick/transport/pause';
import { AddressPolicy } from './address-policy.js';
import type { WebhookConfiguration } from './configuration.js';
import { type AddressesOf, addressesOf } from './host-addresses.js';
import { answers, closes, drips, hangs, Receiver, redirectsTo } from './receiver.suite.js';
import { Sender } from './sender.js';
import { onThisMachine, until } from './webhooks-over-memory.suite.js';

const never = new AbortController().signal;
const nowhere: WebhookConfiguration = { allowPrivateAddresses: false, allowedNetworks: [] };
const request = { headers: { 'content-type': 'application/json' }, body: '{}' };

let receiver: Receiver;

beforeEach(async () => {
  receiver = await Receiver.start();
});
afterEach(() => receiver.stop());

function senderTo(configuration = onThisMachine, asked: AddressesOf = addressesOf, timeoutMs = 2_000): Sender {
  return new Sender({ policy: new AddressPolicy(configuration), addressesOf: asked, pause, timeoutMs });
}

describe('a request', () => {
  it.each([200, 204, 299, 400, 410, 500])('comes to the status %p that it is answered with', async (status) => {
    receiver.behaviour = answers(status, status === 204 ? '' : '{"all":"well"}');
    expect(await senderTo().send({ ...request, url: receiver.url }, never)).toEqual({ status, failure: null });
  });

  it('follows no redirect', async () => {
    const other = await Receiver.start();
    receiver.behaviour = redirectsTo(other.url);
    expect(await senderTo().send({ ...request, url: receiver.url }, never)).toEqual({ status: 302, failure: null });
    expect(other.received).toEqual([]);
    await other.stop();
  });

  it('does not wait for a receiver that says nothing', async () => {
    receiver.behaviour = hangs;
    const sent = await senderTo(onThisMachine, addressesOf, 50).send({ ...request, url: receiver.url }, never);
    expect(sent).toEqual({ status: null, failure: 'timeout' });
    await until('nobody is connected', async () => (await receiver.connections()) === 0);
  });

  it('does not listen to an answer without an end', async () => {
    receiver.behaviour = drips;
    expect(await senderTo().send({ ...request, url: receiver.url }, never)).toEqual({ status: 200, failure: null });
    await until('nobody is connected', async () => (await receiver.connections()) === 0);
  });

  it('says that the connection was lost, or that there was none', async () => {
    receiver.behaviour = closes;
    expect(await senderTo().send({ ...request, url: receiver.url }, never)).toMatchObject({
      failure: 'connection_lost',
    });
    const { url } = receiver;
    await receiver.stop();
    expect(await senderTo().send({ ...request, url }, never)).toMatchObject({ failure: 'unreachable' });
    receiver = await Receiver.start();
  });

  it('says that it was answered with something else than HTTP, or without TLS', async () => {
    const server = createServer((socket) => socket.on('error', () => undefined).write('SSH-2.0-none\r\n'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = Object(server.address());
    const send = (url: string) => senderTo().send({ ...request, url }, never);
    expect(await send(`http://127.0.0.1:${port}/`)).toEqual({ status: null, failure: 'bad_answer' });
    expect(await send(`https://127.0.0.1:${port}/`)).toEqual({ status: null, failure: 'tls_failed' });
    server.close();
  });

  it('rejects where it is given up, and leaves nobody connected', async () => {
    receiver.behaviour = hangs;
    const stopping = new AbortController();
    const sent = senderTo().send({ ...request, url: receiver.url }, stopping.signal);
    await until('it arrived', () => receiver.received.length === 1);
    stopping.abort(new Error('stopped'));
    await expect(sent).rejects.toThrow('stopped');
    await until('nobody is connected', async () => (await receiver.connections()) === 0);
  });
});

describe('an address that is not allowed', () => {
  it.each([
    (port: number) => `http://127.0.0.1:${port}/`,
    (port: number) => `http://localhost:${port}/`,
    (port: number) => `http://anything.localhost.:${port}/`,
    (port: number) => `http://2130706433:${port}/`,
    (port: number) => `http://0x7f.1:${port}/`,
    (port: number) => `http://[::1]:${port}/`,
    (port: number) => `http://[::ffff:127.0.0.1]:${port}/`,
    (port: number) => `http://0.0.0.0:${port}/`,
  ])('is not connected to, however it is written: %#', async (url) => {
    const sent = await senderTo(nowhere).send({ ...request, url: url(receiver.port) }, never);
    expect(sent).toEqual({ status: null, failure: 'private_address' });
    expect(receiver.received).toEqual([]);
  });

  it('is refused with all others of its name', async () => {
    const sender = senderTo(nowhere, async () => ['8.8.8.8', '127.0.0.1']);
    const sent = await sender.send({ ...request, url: `http://hooks.example:${receiver.port}/` }, never);
    expect(sent).toEqual({ status: null, failure: 'private_address' });
  });
});

describe('a name', () => {
  const url = () => `http://hooks.example:${receiver.port}/hook`;

  it('is asked for once, and the connection is made to what was checked', async () => {
    const asked: string[] = [];
    const sender = senderTo(onThisMachine, async (host) => {
      asked.push(host);
      return ['127.0.0.1'];
    });
    expect(await sender.send({ ...request, url: url() }, never)).toEqual({ status: 200, failure: null });
    expect(asked).toEqual(['hooks.example']);
    expect(receiver.received[0]?.headers.host).toBe(`hooks.example:${receiver.port}`);
  });

  it('is asked for anew in each attempt: one that has turned private is not connected to', async () => {
    const allowed = { allowPrivateAddresses: false, allowedNetworks: ['127.0.0.1/32'] };
    let addresses = ['127.0.0.1'];
    const sender = senderTo(allowed, async () => addresses);
    expect(await sender.send({ ...request, url: url() }, never)).toMatchObject({ status: 200 });
    addresses = ['127.0.0.2'];
    expect(await sender.send({ ...request, url: url() }, never)).toMatchObject({ failure: 'private_address' });
    expect(receiver.received).toHaveLength(1);
  });

  it('that has no address, or of which nobody knows, is not found', async () => {
    const unknown = senderTo(onThisMachine, async () => []);
    expect(await unknown.send({ ...request, url: url() }, never)).toMatchObject({ failure: 'name_not_found' });
    const lost = senderTo(onThisMachine, () => Promise.reject(new Error('no name server')));
    expect(await lost.send({ ...request, url: url() }, never)).toMatchObject({ failure: 'name_not_found' });
  });

  it('whose name server says nothing takes no longer than an attempt may', async () => {
    const silent = senderTo(onThisMachine, () => new Promise(() => {}), 50);
    expect(await silent.send({ ...request, url: url() }, never)).toMatchObject({ failure: 'timeout' });
  });
});
