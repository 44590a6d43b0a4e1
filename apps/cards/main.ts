// Cards alone, as a process of its own.
import { runService } from '@tallystick/cluster';
import { CardsModule } from './cards.module.js';
import { cardsProjection } from './cards.projection.js';

await runService({
  name: 'cards',
  needs: ['records', 'views'],
  projections: [cardsProjection],
  module: () => CardsModule,
});
