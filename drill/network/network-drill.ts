// A bank of its own and a card network against it: how fast they go together is found first, then a part of that is kept up.
import { join } from 'node:path';
import { type Played, play, type Wanted } from '../../apps/card-network/simulator/network.js';
import { mixOf } from '../../apps/card-network/simulator/plan.js';
import { Bank } from '../../bench/bank.js';
import { type Sample, sampleOf } from './memory.js';

export interface DrillOptions {
  readonly seed: number;
  readonly milliseconds: number;
  /** Stories a second; undefined for what a probe finds. */
  readonly rate: number | undefined;
  readonly cards: number;
  /** Whether the bank has to have reached its size before. */
  readonly warm: boolean;
}

export interface Drilled {
  readonly rate: number;
  readonly probe: Played | undefined;
  readonly played: Played;
  readonly samples: readonly Sample[];
}

const CUTS = 0.02;
const LINKS = 4;
/** Of what a closed loop reached with everything cleared. */
const SUSTAINED_SHARE = 0.8;
const PROBE_MS_LEAST = 5_000;
const PROBE_MS_MOST = 30_000;
const PROBE_SHARE = 0.1;
/** Before a run whose memory is judged: the ledger's caches are full afterwards, and what is found then can be kept up. */
const WARM_UP_MS = 180_000;
const SAMPLE_MS = 1_000;
const TOLD_EVERY = 10;

/** @throws where the bank does not start, or does not answer */
export async function drill(
  home: string,
  { seed, milliseconds, rate, cards, warm }: DrillOptions,
  signal: AbortSignal,
  tell: (line: string) => void,
): Promise<Drilled> {
  const bank = await Bank.start({ folder: join(home, 'data') });
  const door = {
    url: bank.url,
    iso8583: bank.iso8583,
    staffToken: bank.staffAuthorisation().replace(/^Bearer /, ''),
  };
  const usual = { cards, links: LINKS, cuts: CUTS, mix: mixOf(), clearing: 'files' } as const;
  const samples: Sample[] = [];
  const run = (wanted: Wanted) => {
    let told = 0;
    return play(door, wanted, {
      now: Date.now,
      clock: () => performance.now(),
      signal,
      onProgress: ({ elapsed, sent, cuts, open }) => {
        if (told++ % TOLD_EVERY === 0)
          tell(`${Math.round(elapsed / 1000)} s  ${sent} messages  ${cuts} links cut  ${open} stories open`);
      },
    });
  };
  let sampler: NodeJS.Timeout | undefined;
  try {
    // The same cards each time: what they have behind them is what the ledger has to know.
    if (warm) {
      tell('warming up');
      await run({ ...usual, seed, rate: rate ?? 0, milliseconds: WARM_UP_MS });
    }
    const probe =
      rate === undefined ? await run({ ...usual, seed, rate: 0, milliseconds: probeMs(milliseconds) }) : undefined;
    const sustained = rate ?? Math.max(1, Math.floor(SUSTAINED_SHARE * storiesPerSecond(probe)));
    tell(`${sustained} stories a second`);
    sampler = setInterval(() => {
      void sampleOf(bank.url).then((sample) => sample && samples.push(sample));
    }, SAMPLE_MS);
    const played = await run({ ...usual, seed, rate: sustained, milliseconds });
    return { rate: sustained, probe, played, samples };
  } finally {
    clearInterval(sampler);
    await bank.stop();
  }
}

function probeMs(milliseconds: number): number {
  return Math.min(PROBE_MS_MOST, Math.max(PROBE_MS_LEAST, milliseconds * PROBE_SHARE));
}

/** Until the last of them was cleared. */
function storiesPerSecond(played: Played | undefined): number {
  return played === undefined ? 0 : (1000 * played.tally.finished) / played.finishedAfter;
}
