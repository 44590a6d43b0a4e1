// `tallystick migrate`: topics, keyspaces and tables of a bank that runs as separate processes, made before its services start.
import type { Command } from 'commander';
import { UsageError } from '../failures.js';
import { answer, globalOptions, type Session } from '../session.js';

export function migrate(program: Command, session: Session): void {
  program
    .command('migrate')
    .description("make or update a cluster's topics, keyspaces and tables; nothing that is right is touched")
    .action(async (_options: object, command: Command) => {
      const { config } = globalOptions(command);
      if (config === undefined) throw new UsageError('migrate needs --config: the embedded engine makes its own files');
      const { migrateCluster } = await import('../../bank/cluster/migrate-cluster.js');
      const done = await migrateCluster(config, session.signal);
      await answer(session, command, {
        json: () => done,
        text: () =>
          `${done.keyspaces.length} keyspaces are as they should be; views filled anew: ${done.refilled.join(', ') || 'none'}\n`,
      });
    });
}
