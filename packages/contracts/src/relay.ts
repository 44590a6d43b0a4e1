// What the relay answers: how far it has copied the journal to Kafka.
import { Type } from '@sinclair/typebox';
import { defineContract, method } from './contract.js';
import { big } from './ledger-commands.js';

export const relayContract = defineContract('relay', {
  progress: method({
    request: Type.Object({}),
    response: Type.Object({
      /** Everything up to this position of the journal is in Kafka, where consumers can see it. */
      position: big,
      /** The last position that was put into each partition of the bus; one that has nothing yet is not listed. */
      partitions: Type.Array(Type.Object({ partition: Type.Integer(), position: big })),
    }),
    idempotent: true,
    mutates: false,
  }),
});
