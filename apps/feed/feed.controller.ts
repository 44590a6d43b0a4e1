import { Inject, Injectable } from '@nestjs/common';
import { feedContract } from '@tallystick/contracts';
import { Answers, FRESHNESS, VIEWS } from '@tallystick/transport/nest';
import type { Freshness, ViewReader } from '@tallystick/views';
import { Feed, type ViewProgress } from './feed.js';
import type { OpenPersonal } from './feed-items.js';

/** Injected as OpenPersonal. */
export const OPEN_PERSONAL = Symbol('opener of personal text');
/** Injected as ViewProgress. */
export const VIEW_PROGRESS = Symbol('progress of the view');

@Injectable()
@Answers(feedContract)
export class FeedController extends Feed {
  constructor(
    @Inject(VIEWS) views: ViewReader,
    @Inject(FRESHNESS) freshness: Freshness,
    @Inject(VIEW_PROGRESS) progress: ViewProgress,
    @Inject(OPEN_PERSONAL) open: OpenPersonal,
  ) {
    super({ views, freshness, progress, open });
  }
}
