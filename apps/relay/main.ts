// The relay alone, as a process of its own. A newer one takes over; this one then ends.
import { runService } from '@tallystick/cluster';
import { openTopicWriter } from '@tallystick/cluster/adapters';
import { pause } from '@tallystick/transport/pause';
import { RelayModule } from './relay.module.js';

/** As the command line's: could not run. */
const REPLACED = 3;

await runService({
  name: 'relay',
  needs: ['journal', 'bus'],
  module: ({ configuration }) =>
    RelayModule.with({
      writer: { open: async () => (await openTopicWriter(configuration)).open() },
      pause,
      onReplaced: (error) => {
        console.error(`relay: ${error instanceof Error ? error.message : String(error)}`);
        process.exit(REPLACED);
      },
    }),
});
