// The card gateway alone, as a process of its own.
import { kafkaRequestTopic } from '@tallystick/bus/kafka/request-topic';
import { runService } from '@tallystick/cluster';
import { kafkaConnection, topicsOf } from '@tallystick/cluster/adapters';
import { pause } from '@tallystick/transport/pause';
import { CARD_TOKEN_SECRET, CardProcessingModule } from './card-processing.module.js';
import { defaultCardProcessing } from './configuration.js';
import { iso8583Of } from './iso8583/configuration.js';
import { standInOf } from './stand-in/configuration.js';

const NAME = 'card-processing';

await runService({
  name: NAME,
  needs: ['records'],
  secretNames: [CARD_TOKEN_SECRET],
  module: ({ configuration, secrets, clock, bookDate, time, random }) => {
    const requests = kafkaRequestTopic({
      connection: kafkaConnection(configuration, NAME),
      topics: topicsOf(configuration),
      pause,
      onFailure: ({ error }) => console.error(`${NAME}: ${error instanceof Error ? error.message : String(error)}`),
    });
    const ports = { secrets, clock, bookDate, time, random, requests, iso8583: iso8583Of(configuration) };
    const cards = { ...defaultCardProcessing, standIn: standInOf(configuration) };
    return CardProcessingModule.with({ configuration: cards, ...ports });
  },
});
