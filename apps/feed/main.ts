// The feed's readers alone, as a process of its own: it reads what feed-generator writes.
import { runService } from '@tallystick/cluster';
import { FeedModule } from './feed.module.js';

const WRITER = 'feed-generator';

await runService({
  name: 'feed',
  needs: ['bus', 'views', 'keys'],
  readsViewsOf: WRITER,
  module: (parts) =>
    FeedModule.with({
      open: parts.keys().open,
      progress: { consumer: WRITER, partitionOf: (accountId) => parts.partitionOf(accountId) },
    }),
});
