// The bank as separate processes, for the command line and the demo: what `bank.ts` is for the embedded one.
import { randomBytes } from 'node:crypto';
import { type ClusterConfiguration, callers, clusterConfiguration } from '@tallystick/cluster/clients';
import { viewProgressContract } from '@tallystick/contracts';
import { contextsOf } from '@tallystick/transport';
import { pause } from '@tallystick/transport/pause';
import type { OfflineBank } from '../bank.js';
import { clientsOf } from '../clients.js';
import { serviceProjections } from '../projections.js';
import { patientCalls } from './patient-calls.js';

export interface ClusterBank extends OfflineBank {
  readonly configuration: ClusterConfiguration;
}

const ACTOR = 'operator';
/** A service that was killed and is started again is back by then. */
const PATIENCE_MS = 30_000;

/** @throws ConfigurationError, or an Error with one sentence where the services' secret is not there */
export function openClusterBank(configFile: string, report: (error: unknown) => void): ClusterBank {
  const configuration = clusterConfiguration({ file: configFile, environment: process.env });
  const transport = patientCalls(callers(configuration, report), {
    patienceMs: PATIENCE_MS,
    now: () => performance.now(),
    pause,
  });
  const clients = clientsOf(transport);
  const contextFor = contextsOf(ACTOR);
  const context = () => contextFor('command', randomBytes(16).toString('hex'));
  const viewsCaughtUp = async (signal: AbortSignal) => {
    const ended = { ...context(), signal };
    const { head } = await clients.ledger.journal({}, ended);
    await Promise.all(
      Object.keys(serviceProjections).map((service) =>
        transport.client(viewProgressContract(service)).waitUntil({ position: head }, ended),
      ),
    );
  };
  return {
    configuration,
    clients,
    context,
    viewsCaughtUp,
    // The enrichment service goes on by itself: nobody has to wait for it with the doors closed.
    enriched: viewsCaughtUp,
    close: () => transport.close(),
  };
}
