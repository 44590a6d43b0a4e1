// The feed: for other services by contract, for its readers over HTTP.
import { type DynamicModule, Module } from '@nestjs/common';
import { accountsContract, feedContract, ledgerContract } from '@tallystick/contracts';
import { ContractsModule } from '@tallystick/transport/nest';
import { FeedController, OPEN_PERSONAL, VIEW_PROGRESS } from './feed.controller.js';
import { FeedHttp } from './feed.http.js';
import type { ViewProgress } from './feed.js';
import type { OpenPersonal } from './feed-items.js';

export type { ViewProgress } from './feed.js';
export type { OpenPersonal } from './feed-items.js';

export interface FeedOptions {
  /** Who opens posted text that was sealed under the customers' keys. */
  readonly open: OpenPersonal;
  readonly progress: ViewProgress;
}

@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: Nest knows a module by its class
export class FeedModule {
  static with({ open, progress }: FeedOptions): DynamicModule {
    const calls = [feedContract, accountsContract, ledgerContract];
    return {
      module: FeedModule,
      imports: [ContractsModule.forService({ answers: [feedContract], calls })],
      providers: [
        { provide: OPEN_PERSONAL, useValue: open },
        { provide: VIEW_PROGRESS, useValue: progress },
        FeedController,
        FeedHttp,
      ],
    };
  }
}
