// Cards alone, as a process of its own.
import { runService } from '@tallystick/cluster';
import { CardsModule } from './cards.module.js';

await runService({ name: 'cards', needs: ['records'], module: () => CardsModule });
