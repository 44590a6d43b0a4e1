// Puts the feed's HTTP together, and ends its live readers before the service stops.
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Bus } from '@tallystick/bus';
import { accountsContract, type ClientOf, feedContract, ledgerContract } from '@tallystick/contracts';
import { lettersOf } from '@tallystick/events';
import type { Random, Time } from '@tallystick/transport';
import { BUS, clientOf, FRESHNESS, RANDOM, REPORT, SECRETS, TIME, VIEWS } from '@tallystick/transport/nest';
import { CustomerToken, HttpRoutes, type Secrets, StaffToken } from '@tallystick/transport/service';
import type { Freshness, ViewReader } from '@tallystick/views';
import { FeedAccess } from './feed.access.js';
import { FeedController, VIEW_PROGRESS } from './feed.controller.js';
import type { ViewProgress } from './feed.js';
import { FeedRoutes } from './feed.routes.js';
import { FeedLive } from './feed-live.js';
import { FeedRequests } from './feed-requests.js';

const PATIENCE_MS = 5_000;
const NAME_BYTES = 16;

@Injectable()
export class FeedHttp implements OnModuleDestroy {
  private readonly live: FeedLive;

  constructor(
    routes: HttpRoutes,
    reads: FeedController,
    @Inject(clientOf(feedContract)) feed: ClientOf<typeof feedContract>,
    @Inject(clientOf(accountsContract)) accounts: ClientOf<typeof accountsContract>,
    @Inject(clientOf(ledgerContract)) ledger: ClientOf<typeof ledgerContract>,
    @Inject(BUS) bus: Bus,
    @Inject(VIEWS) views: ViewReader,
    @Inject(FRESHNESS) freshness: Freshness,
    @Inject(VIEW_PROGRESS) { consumer }: ViewProgress,
    @Inject(SECRETS) secrets: Secrets,
    @Inject(TIME) time: Time,
    @Inject(RANDOM) random: Random,
    @Inject(REPORT) report: (error: unknown) => void,
  ) {
    const name = `feed-live-${lettersOf(Buffer.from(random(NAME_BYTES)).toString('hex'))}`;
    this.live = new FeedLive({ bus, views, freshness, viewsConsumer: consumer, name, report });
    const tokens = { customers: new CustomerToken(secrets), staff: new StaffToken(secrets) };
    const access = new FeedAccess({ accounts, ledger, ...tokens, time });
    const scope = { time, random, patienceMs: PATIENCE_MS };
    const requests = new FeedRequests({ access, ledger, scope });
    new FeedRoutes(routes, { feed, reads, live: this.live, requests, time, report });
  }

  onModuleDestroy(): Promise<void> {
    return this.live.close();
  }
}
