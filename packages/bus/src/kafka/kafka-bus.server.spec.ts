import { afterAll, beforeAll } from '@jest/globals';
import { type TestKafka, testKafka } from '@tallystick/servers/for-tests';
import { describeBus } from '../bus.suite.js';
import { kafkaBus } from './index.js';
import { KafkaUnderTest } from './kafka-under-test.suite.js';

let kafka: TestKafka;

beforeAll(async () => {
  kafka = await testKafka();
});

afterAll(() => kafka.close());

describeBus('the bus on Kafka', async (pause) => {
  const under = await KafkaUnderTest.create(kafka.brokers);
  const { connection, configuration: topics } = under;
  const bus = kafkaBus({ connection, topics, pause, fetchWaitMs: 50 });
  return {
    bus,
    publish: (stream, payloads) => under.publish(stream, payloads),
    dispose: async () => {
      await bus.close();
      await under.dispose();
    },
  };
});
