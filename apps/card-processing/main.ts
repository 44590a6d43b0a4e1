// The card gateway alone, as a process of its own.
import { runService } from '@tallystick/cluster';
import { CardProcessingModule } from './card-processing.module.js';
import { defaultCardProcessing } from './configuration.js';

await runService({
  name: 'card-processing',
  needs: [],
  module: ({ secrets, clock, bookDate, time, random }) =>
    CardProcessingModule.with({ configuration: defaultCardProcessing, secrets, clock, bookDate, time, random }),
});
