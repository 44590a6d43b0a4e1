// Card authorisations over ISO 8583, beside the same over HTTP in the same run; and what the codec alone reaches.
import { join } from 'node:path';
import type { Bank } from '../bank.js';
import { wrk } from '../http/wrk.js';
import type { Asked, Loaded } from '../iso8583/load.js';
import { combined, type Measured } from '../measured.js';
import { ROOT } from '../places.js';
import { busySeconds, run } from '../processes.js';
import { whole } from '../report.js';
import { CLIENTS, type World } from '../world.js';
import { figure, ratioOf } from './gateway.js';
import { inProcess } from './in-process.js';

const LINKS = 4;
const OTHERS: readonly (readonly [links: number, inFlight: number])[] = [
  [1, 1],
  [1, 16],
  [8, 256],
];
const CODEC_PER_SECOND = 150_000;

export async function iso8583(world: World): Promise<void> {
  const bank = await world.freshBank();
  const overHttp = () =>
    wrk(bank, {
      script: 'authorise',
      args: [world.cardsFile, world.keyPrefix()],
      connections: CLIENTS,
      seconds: world.options.seconds,
    });
  const turns: { readonly tcp: Measured; readonly http: Measured }[] = [];
  // In turns: what changes on the machine meanwhile meets both.
  for (let turn = 0; turn < 2; turn++) {
    const tcp = await load(world, bank, LINKS, CLIENTS);
    await world.caughtUp(bank);
    const http = await overHttp();
    await world.caughtUp(bank);
    turns.push({ tcp, http });
  }
  const tcp = combined(turns.map((turn) => turn.tcp));
  const http = combined(turns.map((turn) => turn.http));
  figure(world, bank, `ISO 8583: ${CLIENTS} in flight on ${LINKS} links`, tcp);
  figure(world, bank, `… beside HTTP, ${CLIENTS} connections`, http);
  world.report.check(
    `ISO 8583, ${CLIENTS} in flight: the rate of HTTP`,
    ratioOf(tcp.rate, http.rate),
    tcp.rate >= http.rate,
  );
  for (const [links, inFlight] of OTHERS) {
    figure(world, bank, `ISO 8583: ${inFlight} in flight on ${links} links`, await load(world, bank, links, inFlight));
    await world.caughtUp(bank);
  }
  figure(
    world,
    bank,
    `ISO 8583, one hot account: ${CLIENTS} in flight on ${LINKS} links`,
    await load(world, bank, LINKS, CLIENTS, world.hotCardFile),
  );
}

export async function codec(world: World): Promise<void> {
  const { result } = await inProcess<{ readonly perSecond: number; readonly bytes: number }>('codec');
  const name = `ISO 8583 codec: decode and encode, 20 fields, ${result.bytes} bytes`;
  world.report.add({ name, unit: '/s', rate: result.perSecond });
  world.report.check(
    `codec: ${whole(CODEC_PER_SECOND)} decode and encode per second and core`,
    whole(result.perSecond),
    result.perSecond >= CODEC_PER_SECOND,
  );
}

let runs = 0;

async function load(
  world: World,
  bank: Bank,
  links: number,
  inFlight: number,
  cardsFile = world.cardsFile,
): Promise<Measured> {
  const { host, port } = bank.iso8583;
  const prefix = `${process.pid.toString(36).padStart(4, '0').slice(-4)}${(runs++).toString(36).padStart(2, '0')}`;
  const asked: Asked = { host, port, cardsFile, prefix, links, inFlight, seconds: world.options.seconds };
  const before = bank.cpu();
  const busyBefore = busySeconds();
  const done = await run(process.execPath, [join(ROOT, 'dist', 'bench', 'iso8583', 'load.js'), JSON.stringify(asked)]);
  if (done.status !== 0) throw new Error(`the load over ISO 8583 ended with ${done.status}: ${done.stderr.trim()}`);
  const { rate, latencies, refused, seconds }: Loaded = JSON.parse(done.stdout);
  if (Object.keys(refused).length > 0) throw new Error(`ISO 8583: not all were approved: ${JSON.stringify(refused)}`);
  const cpuServer = bank.cpu() - before;
  return {
    rate,
    latencies,
    cpuServer,
    cpuLoad: done.cpu,
    cpuOthers: Math.max(0, busySeconds() - busyBefore - cpuServer - done.cpu),
    seconds,
  };
}
