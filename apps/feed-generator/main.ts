// What writes the feed, alone, as a process of its own.
import { runService } from '@tallystick/cluster';
import { feedProjection } from './feed.projection.js';
import { FeedGeneratorModule } from './feed-generator.module.js';

await runService({
  name: 'feed-generator',
  needs: ['journal', 'views', 'keys'],
  projections: [feedProjection],
  module: (parts) => FeedGeneratorModule.with({ seal: parts.keys().seal }),
});
