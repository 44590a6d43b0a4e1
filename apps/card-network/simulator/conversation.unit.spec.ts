import { afterEach, describe, expect, it } from '@jest/globals';
import { BankHttp } from './bank-http.js';
import { Card } from './cards.js';
import { ClearingHouse } from './clearing-house.js';
import type { ClearingLine, LineOutcome } from './clearing-lines.js';
import { Conversation } from './conversation.js';
import { type FakeBank, fakeBank } from './fake-bank.suite.js';
import { Latencies } from './latencies.js';
import { Links } from './links.js';
import { Messages } from './messages.js';
import { mixOf, type Plan, planOf } from './plan.js';
import { Random } from './random.js';
import { TOLD } from './stories/index.js';
import { Tally } from './tally.js';

const NUMBER = '5599550000000009';
const AMOUNT = 1_250n;
const plan: Plan = {
  ...planOf(1, 1, 1, mixOf('groceries=1')),
  amount: AMOUNT,
  local: undefined,
  presented: 'on_time',
  givesUp: false,
  way: 0,
};

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

interface Scene {
  readonly bank: FakeBank;
  readonly card: Card;
  readonly tally: Tally;
  readonly presented: ClearingLine[];
  readonly talk: Conversation;
}

async function scene(
  answers: Parameters<typeof fakeBank>[0],
  changes: Partial<Plan> = {},
  outcomeOf: (line: ClearingLine, nth: number) => LineOutcome = () => ({ posted: true }),
): Promise<Scene> {
  const bank = await fakeBank(answers);
  open.push(() => bank.close());
  const messages = new Messages(() => Date.UTC(2026, 4, 1, 13));
  const links = await Links.open(
    { address: { host: '127.0.0.1', port: bank.port }, links: 2, cuts: 0, deadlineMs: 300 },
    { messages, random: new Random(1), clock: () => performance.now(), latencies: new Latencies() },
  );
  open.push(() => links.close());
  const presented: ClearingLine[] = [];
  const house = new ClearingHouse({
    deliver: async (lines) => lines.map((line) => outcomeOf(line, presented.push(line))),
    close: async () => {},
  });
  open.push(async () => house.close());
  const http = new BankHttp('http://127.0.0.1:1', 'staff_none', 'spec');
  open.push(() => http.close());
  const tally = new Tally();
  const card = new Card(NUMBER, 'acc_spec', 0n, { ledger: 0n, held: 0n });
  const talk = new Conversation({ links, messages, house, bank: http, tally }, card, { ...plan, ...changes });
  return { bank, card, tally, presented, talk };
}

describe('an authorisation', () => {
  it('is held, and cleared by its keys', async () => {
    const { card, talk, presented, bank } = await scene(() => '00');
    await TOLD.groceries(talk);
    expect(card.belief).toMatchObject({ ledger: -AMOUNT, held: 0n });
    const [sent] = bank.heard;
    expect(presented).toMatchObject([{ original_keys: { stan: sent?.fields[11], rrn: sent?.fields[37] } }]);
  });

  it.each(['91', '96'])('that is answered with %s holds nothing, as the bank takes it back', async (code) => {
    const { card, talk, tally, bank } = await scene(() => code);
    await TOLD.groceries(talk);
    expect(card.belief).toMatchObject({ ledger: 0n, held: 0n });
    expect([card.takenBack, tally.findings, bank.heard.length]).toEqual([1, [], 1]);
  });

  it('that is not answered is taken back, where its network rather gives up', async () => {
    const { card, talk, tally, bank } = await scene(({ mti }) => (mti === '0100' ? undefined : '00'), {
      givesUp: true,
    });
    await TOLD.groceries(talk);
    const [asked, reversed] = bank.heard;
    expect(bank.heard.map(({ mti }) => mti)).toEqual(['0100', '0420']);
    expect(reversed?.fields).toMatchObject({ 11: asked?.fields[11], 12: asked?.fields[12], 37: asked?.fields[37] });
    expect(String(reversed?.fields[90])).toMatch(new RegExp(`^0100${asked?.fields[11]}`));
    expect([card.belief.held, tally.givenUp]).toEqual([0n, 1]);
  });

  it('whose repeat hears something else is found out', async () => {
    const { talk, tally } = await scene((_, nth) => (nth === 1 ? '00' : '51'));
    await TOLD.repeated(talk);
    expect(tally.findings.map(({ what }) => what)).toEqual([
      expect.stringMatching(/: 0100 was answered with \d\d, its repeat with \d\d$/),
    ]);
  });
});

describe('a presentment', () => {
  it('with another content under its key has to be refused', async () => {
    const refusing = await scene(
      () => '00',
      { presented: 'changed' },
      (_, nth) => (nth === 1 ? { posted: true } : { posted: false, code: 'clearing_key_reused' }),
    );
    await TOLD.groceries(refusing.talk);
    expect([refusing.card.belief.ledger, refusing.tally.findings]).toEqual([-AMOUNT, []]);

    const posting = await scene(() => '00', { presented: 'changed' });
    await TOLD.groceries(posting.talk);
    expect(posting.tally.findings).toHaveLength(1);
  });

  it('that is refused is not believed, and found out', async () => {
    const { card, talk, tally } = await scene(
      () => '00',
      {},
      () => ({ posted: false, code: 'unknown_card' }),
    );
    await TOLD.groceries(talk);
    expect(card.belief).toMatchObject({ ledger: 0n, held: AMOUNT });
    expect(tally.findings).toHaveLength(1);
  });
});
