// The two topics over which card authorisations are asked for and answered: their names, and what they are made with.
import { Topics, type TopicsConfiguration } from './topics.js';

export interface RequestTopicNames {
  readonly requests: string;
  readonly responses: string;
}

export interface RequestTopicSettings {
  readonly name: string;
  readonly partitions: number;
  readonly settings: Readonly<Record<string, string>>;
}

const REQUESTS = 'card.authorisation-requests';
const RESPONSES = 'card.authorisation-responses';
/** Shorter than idempotency keys live (30 days): a request that is read again is answered from the books, never decided anew. */
const RETENTION_DAYS = 7;
const DAY_MS = 86_400_000;

export function requestTopicNames({ prefix = '' }: Pick<TopicsConfiguration, 'prefix'> = {}): RequestTopicNames {
  return { requests: prefix + REQUESTS, responses: prefix + RESPONSES };
}

/** For whoever creates the topics. Both have as many partitions as `account-events`. */
export function requestTopicSettings(configuration: TopicsConfiguration = {}): readonly RequestTopicSettings[] {
  const { partitions } = new Topics(configuration);
  const { requests, responses } = requestTopicNames(configuration);
  const settings = { 'cleanup.policy': 'delete', 'retention.ms': String(RETENTION_DAYS * DAY_MS) };
  return [requests, responses].map((name) => ({ name, partitions, settings }));
}
