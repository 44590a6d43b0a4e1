import { type Journal, START } from '@tallystick/journal';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Relay } from './relay.js';

/** Read at every scrape. */
export function measureRelay(relay: Relay, journal: Pick<Journal, 'head'>, registry: Registry): void {
  const registers = [registry];
  new Counter({
    name: 'relay_events_total',
    help: 'Events put into Kafka since this relay started',
    registers,
    collect() {
      this.reset();
      this.inc(relay.relayed);
    },
  });
  const lag = async () => (await journal.head()) - (relay.written?.position ?? START);
  new Gauge({
    name: 'relay_lag_positions',
    help: "How far the relay is behind the journal's newest event, in positions; these have gaps, so it is no count of events",
    registers,
    async collect() {
      this.set(Number(await lag()));
    },
  });
  new Gauge({
    name: 'relay_seconds_since_progress',
    help: 'Since the relay last put something into Kafka; 0 where the journal holds nothing more',
    registers,
    async collect() {
      this.set((await lag()) > 0n ? relay.secondsSinceProgress : 0);
    },
  });
}
