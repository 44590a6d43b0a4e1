// How long after the decision the feed has it, in the list and live, at a steady rate; and what a page costs.
import type { PacedFeedResult, PacedFeedRun } from '../http/paced-feed.js';
import { paced } from '../paced.js';
import type { World } from '../world.js';

const PER_SECOND = 1_000;
const READ_EVERY = 10;
const LISTENERS = 50;
const LISTENED_EVERY = 10;
const PAGES = 1_000;

export async function feed(world: World): Promise<void> {
  const bank = await world.freshBank();
  const asked: PacedFeedRun = {
    url: bank.url,
    authorisation: bank.staffAuthorisation(),
    cardsFile: world.cardsFile,
    keyPrefix: world.keyPrefix(),
    perSecond: PER_SECOND,
    seconds: world.options.seconds,
    readEvery: READ_EVERY,
    listeners: LISTENERS,
    listenedEvery: LISTENED_EVERY,
    pages: PAGES,
  };
  const before = bank.cpu();
  const { result, cpu } = await paced<PacedFeedResult>('paced-feed.js', asked);
  const { samples } = result;
  world.report.add({
    name: `decision at a steady ${PER_SECOND}/s, enriched`,
    unit: '/s',
    rate: result.rate,
    latencies: result.decided,
    cpuServer: bank.cpu() - before,
    cpuLoad: cpu,
    memory: bank.memory(),
  });
  const shown = (name: string, latencies: PacedFeedResult['page'], note: string) =>
    world.report.add({ name, unit: null, latencies, note });
  shown("in the feed's list after it", result.listed, `${samples.listed} samples`);
  shown('at a live listener after it', result.live, `${samples.live} samples, ${LISTENERS} listeners`);
  shown("a page of the feed's list, 30 items", result.page, `${PAGES} pages`);
}
