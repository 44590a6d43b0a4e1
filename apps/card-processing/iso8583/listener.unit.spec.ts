// What strangers send, beside a network that behaves.
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { connect as connectSecurely } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { encodeFrame } from '@tallystick/iso8583';
import { certificateFor } from '@tallystick/servers/certificate';
import { ManualTime } from '@tallystick/transport/manual-time.suite';
import fc from 'fast-check';
import { gatewayOverMemory, type OverMemory } from '../gateway-over-memory.suite.js';
import { authorisation, codec, Network, type OverIso8583, overIso8583 } from '../iso8583-over-memory.suite.js';

let memory: OverMemory;
let over: OverIso8583 | undefined;
const sockets: Socket[] = [];

beforeEach(async () => {
  memory = await gatewayOverMemory();
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await over?.close();
});

async function stranger(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.on('error', () => undefined);
  // Else it would never see that it was closed.
  socket.resume();
  sockets.push(socket);
  await once(socket, 'connect');
  return socket;
}

const closed = (socket: Socket) => new Promise<void>((resolve) => socket.once('close', () => resolve()));
/** Resolves once a metric's line is there. */
async function counted(given: OverIso8583, line: string): Promise<void> {
  while (!(await given.metrics.metrics()).includes(line)) await setTimeout(1);
}

describe('a listener', () => {
  it('answers a network within its deadline beside thousands of idle links, garbage and half messages', async () => {
    const seed = randomInt(2 ** 31);
    console.info(`garbage: seed ${seed}`);
    over = await overIso8583(memory);
    const { port } = over.service;
    // Both ends are in this process: as many as half of the files that it may open are possible.
    const idle = Number(process.env.TALLYSTICK_IDLE_LINKS ?? 2_000);
    for (let made = 0; made < idle; made += 200) await Promise.all(Array.from({ length: 200 }, () => stranger(port)));
    const garbage = fc.sample(fc.uint8Array({ minLength: 1, maxLength: 4_096 }), { seed, numRuns: 200 });
    for (const bytes of garbage) (await stranger(port)).write(bytes);
    const whole = encodeFrame(codec, authorisation());
    for (let length = 1; length < whole.length; length++) sockets[length]?.write(whole.subarray(0, length));
    const network = await Network.connect(port);
    for (let round = 0; round < 50; round++) {
      const answers = await Promise.all(
        Array.from({ length: 16 }, () => network.ask(authorisation({ 4: '000000000001' }))),
      );
      // 91 is what they would hear after the deadline.
      for (const { fields } of answers) expect(fields[39]).toBe('00');
    }
    // Most of the idle ones were counted too; of those that sent garbage some are closed.
    await counted(over, `iso8583_links ${String(idle)[0]}`);
    await network.close();
  });

  it('ends links whose message does not come to an end, and links on which nothing happens', async () => {
    const time = new ManualTime();
    over = await overIso8583(memory, { time, limits: { messageMs: 1_000, idleMs: 400 } });
    const { port } = over.service;
    const slow = await stranger(port);
    const dripping = setTimeout(0).then(async () => {
      while (!slow.destroyed) {
        slow.write(Buffer.alloc(1, 1));
        time.advance(300);
        await setTimeout(5);
      }
    });
    const idle = await stranger(port);
    await Promise.all([closed(slow), closed(idle), dripping]);
    await counted(over, 'iso8583_links_ended_total{why="slow"} 1');
    await counted(over, 'iso8583_links_ended_total{why="idle"} 1');
  });

  it('takes no more links than it may', async () => {
    over = await overIso8583(memory, { connectionsMax: 2 });
    const { port } = over.service;
    const first = await Network.connect(port);
    await first.ask(authorisation());
    const second = await Network.connect(port);
    await second.ask(authorisation());
    await closed(await stranger(port));
    await second.close();
    const third = await Network.connect(port);
    expect((await third.ask(authorisation())).fields[39]).toBe('00');
    await Promise.all([first.close(), third.close()]);
    await counted(over, 'iso8583_links_ended_total{why="refused"} 1');
  });

  it('stops reading from whoever does not read, and goes on when they do', async () => {
    over = await overIso8583(memory, { limits: { inFlightMax: 8 } });
    const network = await Network.connect(over.service.port);
    network.socket.pause();
    const echo = encodeFrame(codec, { mti: '0800', fields: { 7: '0501120000', 11: '000001', 70: '301' } });
    let asked = 0;
    // What it does not read stays with us, and so do, when the system's buffers are full, the messages that it sends.
    while (network.socket.writableLength < 1_000_000) {
      for (let i = 0; i < 1_000; i++) network.write(echo);
      asked += 1_000;
      await setTimeout(1);
    }
    network.socket.resume();
    while (network.received.length < asked) await setTimeout(1);
    await network.close();
  });

  it('speaks TLS where it has a certificate', async () => {
    const { key, certificate } = await certificateFor('127.0.0.1');
    over = await overIso8583(memory, { tls: { cert: certificate, key } });
    const plain = await stranger(over.service.port);
    plain.write(encodeFrame(codec, authorisation()));
    await closed(plain);
    const socket = connectSecurely({ port: over.service.port, host: '127.0.0.1', ca: certificate });
    await once(socket, 'secureConnect');
    const network = new Network(socket);
    expect((await network.ask(authorisation())).fields[39]).toBe('00');
    await network.close();
  });
});
