import { describe, expect, it } from '@jest/globals';
import { CallFailed, contextsOf } from '@tallystick/transport';
import { PartitionedFreshness } from './partitioned-freshness.js';

const MINE = 1;
const OTHER = 2;
const contextFor = contextsOf('service:spec');

/** Views that are so far, and a relay that has put so much into each partition; without one it can't be reached. */
function world(seen: Map<number, bigint>, relayed?: { position: bigint; partitions: Map<number, bigint> }) {
  const asked = { views: 0, relay: 0 };
  const freshness = new PartitionedFreshness({
    views: {
      progress: async (_, partition) => {
        asked.views++;
        return seen.get(partition) ?? 0n;
      },
    },
    consumer: 'balance',
    partitionOf: () => MINE,
    context: (signal) => ({ ...contextFor('spec', 'spec'), signal }),
    relay: {
      progress: async () => {
        asked.relay++;
        if (relayed === undefined) throw new CallFailed({ code: 'unavailable', message: 'away', retryable: true });
        const partitions = Array.from(relayed.partitions, ([partition, position]) => ({ partition, position }));
        return { position: relayed.position, partitions };
      },
    },
  });
  const stopping = new AbortController();
  const state = { isFresh: false };
  const waited = freshness.waitUntil(10n, stopping.signal, 'acc_1').then(() => {
    state.isFresh = true;
  });
  return { seen, waited, state, stopping, asked };
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 1));
}

describe('an account whose partition has passed the position', () => {
  it('is fresh, whether or not the relay can be asked', async () => {
    await world(new Map([[MINE, 12n]])).waited;
  });
});

describe('a position that is of an event in another partition', () => {
  it('is passed once the account has all that was put into its own', async () => {
    const relayed = {
      position: 10n,
      partitions: new Map([
        [MINE, 4n],
        [OTHER, 10n],
      ]),
    };
    const { waited, state, seen, asked } = world(new Map([[MINE, 3n]]), relayed);
    await until(() => asked.relay > 0);
    const before = asked.views;
    await until(() => asked.views > before + 1);
    expect(state.isFresh).toBe(false);
    seen.set(MINE, 4n);
    await waited;
  });

  it("is passed where nothing was ever put into the account's partition", async () => {
    await world(new Map(), { position: 10n, partitions: new Map([[OTHER, 10n]]) }).waited;
  });

  it('is waited for until the caller gives up where the relay can not be asked', async () => {
    const { waited, stopping, asked } = world(new Map([[MINE, 3n]]));
    void until(() => asked.relay > 0).then(() => stopping.abort(new Error('too late')));
    await expect(waited).rejects.toThrow('too late');
  });
});
