// A cluster from outside: for the command line.
import type { TopicJournal } from '@tallystick/bus/kafka/index';
import type { HttpTransport } from '@tallystick/transport/http';
import { kafkaConnection, openJournal, openKeyspace, topicsOf } from './adapters.js';
import { callsOf, clusterSecrets } from './calls.js';
import type { ClusterConfiguration } from './configuration.js';
import { eachOutageOnce, type Report } from './outages.js';

export { type ClusterConfiguration, clusterConfiguration } from './configuration.js';
export { openJournal, openKeyspace };

/** Calls the services and answers nothing. @throws SecretsError where the services' secrets are not to be had */
export function callers(configuration: ClusterConfiguration, report: Report): HttpTransport {
  const once = eachOutageOnce(report, () => performance.now());
  return callsOf(configuration, clusterSecrets(configuration), { report: once });
}

/**
 * The journal's events as Kafka has them.
 * @param atLeast a position that the relay has put there, which is waited for
 * @throws KafkaTrouble with one sentence
 */
export async function openTopicJournal(
  configuration: ClusterConfiguration,
  atLeast: bigint,
  signal: AbortSignal,
): Promise<TopicJournal> {
  const { topicJournal } = await import('@tallystick/bus/kafka/index');
  return topicJournal({
    connection: kafkaConnection(configuration, 'tallystick'),
    topics: topicsOf(configuration),
    atLeast,
    signal,
  });
}
