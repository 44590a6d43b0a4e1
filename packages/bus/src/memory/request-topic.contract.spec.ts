import { describeRequestTopic } from '../request-topic.suite.js';
import { MemoryRequestTopic } from './index.js';

const textOf = (bytes: Uint8Array | null | undefined) => (bytes == null ? null : Buffer.from(bytes).toString());

describeRequestTopic('the request topic in memory', async (pause) => {
  const topic = new MemoryRequestTopic({ pause });
  return {
    topic,
    send: async (requests) =>
      topic.send(
        ...requests.map(({ key, value, headers = {} }) => ({
          key: Buffer.from(key),
          value: Buffer.from(value),
          headers,
        })),
      ),
    responses: async (count) => {
      await topic.hasReplied(count);
      return topic.responses.map(({ key, value, headers }) => ({ key: textOf(key), value: textOf(value), headers }));
    },
    deadLetters: async () =>
      topic.deadLetters.map(({ reason, request }) => ({
        reason,
        key: textOf(request?.key),
        value: textOf(request?.value),
        headers: {},
      })),
    dispose: async () => undefined,
  };
});
