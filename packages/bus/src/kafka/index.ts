export { type KafkaConnection, KafkaTrouble } from './connection.js';
export { type CreateTopicsOptions, createTopics } from './create-topics.js';
export type { DeadLetter } from './dead-letters.js';
export { type BusFailure, type KafkaBus, type KafkaBusOptions, kafkaBus } from './kafka-bus.js';
export { partitionOf } from './murmur2.js';
export { SchemaRegistry, type SchemaRegistryOptions, SchemaRegistryTrouble } from './schema-registry.js';
export { type TopicJournal, type TopicJournalOptions, topicJournal } from './topic-journal.js';
export { type TopicWriterOptions, topicWriter } from './topic-writer.js';
export { EVENT_TOPICS, type EventTopic, Topics, type TopicsConfiguration } from './topics.js';
