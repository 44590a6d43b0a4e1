// A process of its own: authorisations over ISO 8583, with so many in flight on so many links, for so many seconds. Argument: JSON. Prints one
// line of JSON.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { compile, encodeFrame, frameSplitter, tallystick } from '@tallystick/iso8583';
import { type Latencies, latenciesOf } from '../latencies.js';
import { authorisation } from './authorisation.js';

export interface Asked {
  readonly host: string;
  readonly port: number;
  /** A card number per line. */
  readonly cardsFile: string;
  /** Of the retrieval references: six letters or digits that nobody used before. */
  readonly prefix: string;
  readonly links: number;
  /** On all links together. */
  readonly inFlight: number;
  readonly seconds: number;
}

export interface Loaded {
  readonly rate: number;
  readonly latencies: Latencies;
  /** Answers by DE39, other than approvals. */
  readonly refused: Readonly<Record<string, number>>;
  readonly seconds: number;
}

const STANS = 1_000_000;

const asked: Asked = JSON.parse(process.argv[2] ?? '{}');
const codec = compile(tallystick);
const cards = readFileSync(asked.cardsFile, 'utf8').trim().split('\n');
const begun = new Map<number, number>();
const latencies: number[] = [];
const refused: Record<string, number> = {};
let sent = 0;
let until = Number.POSITIVE_INFINITY;
const done = Promise.withResolvers<void>();

async function link(inFlight: number): Promise<() => void> {
  const socket = connect({ host: asked.host, port: asked.port, noDelay: true });
  await once(socket, 'connect');
  const splitter = frameSplitter();
  const send = () => {
    const n = sent++;
    begun.set(n % STANS, performance.now());
    socket.write(encodeFrame(codec, nth(n)));
  };
  socket.on('data', (piece: Buffer) => {
    socket.cork();
    splitter.push(piece, (frame) => {
      const { fields } = codec.decode(frame);
      const stan = Number(fields[11]);
      const now = performance.now();
      latencies.push(now - (begun.get(stan) ?? Number.NaN));
      begun.delete(stan);
      const responseCode = String(fields[39]);
      if (responseCode !== '00') refused[responseCode] = (refused[responseCode] ?? 0) + 1;
      if (now < until) send();
      else if (begun.size === 0) done.resolve();
    });
    socket.uncork();
  });
  socket.on('close', () => done.reject(new Error('the bank ended the link')));
  return () => {
    for (let i = 0; i < inFlight; i++) send();
  };
}

function nth(n: number) {
  return authorisation({
    card: cards[(n * 7919) % cards.length] ?? '',
    amount: 100 + ((n * 7919) % 9_900),
    stan: n % STANS,
    reference:
      asked.prefix +
      Math.floor(n / STANS)
        .toString()
        .padStart(6, '0'),
  });
}

const starts = await Promise.all(Array.from({ length: asked.links }, () => link(asked.inFlight / asked.links)));
const started = performance.now();
until = started + asked.seconds * 1_000;
for (const start of starts) start();
await done.promise;
const seconds = (performance.now() - started) / 1_000;
const loaded: Loaded = {
  rate: latencies.length / seconds,
  latencies: latenciesOf(Float64Array.from(latencies)),
  refused,
  seconds,
};
process.stdout.write(`${JSON.stringify(loaded)}\n`, () => process.exit(0));
