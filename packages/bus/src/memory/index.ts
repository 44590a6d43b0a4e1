export { type MemoryDeadLetter, MemoryRequestTopic, type MemoryRequestTopicOptions } from './request-topic.js';
