import { afterEach, describe, expect, it } from '@jest/globals';
import type { Iso8583Message } from '@tallystick/iso8583';
import { type FakeBank, fakeBank } from './fake-bank.suite.js';
import { Latencies } from './latencies.js';
import { Links } from './links.js';
import { MERCHANTS, type Merchant } from './merchants.js';
import { Messages, textOf } from './messages.js';
import { Random } from './random.js';

const DEADLINE_MS = 300;
const messages = new Messages(() => Date.UTC(2026, 4, 1, 13));
const [merchant] = MERCHANTS.get('groceries') ?? [];

let bank: FakeBank | undefined;
let links: Links | undefined;

afterEach(async () => {
  await links?.close();
  await bank?.close();
});

function purchase(at: Merchant | undefined = merchant): Iso8583Message {
  if (at === undefined) throw new Error('there are no grocers');
  return messages.of('0100', { cardNumber: '5599550000000009', merchant: at, amount: 1_250n });
}

async function opened(answerOf: Parameters<typeof fakeBank>[0], cuts = 0, seed = 1): Promise<[Links, FakeBank]> {
  bank = await fakeBank(answerOf);
  const address = { host: '127.0.0.1', port: bank.port };
  links = await Links.open(
    { address, links: 2, cuts, deadlineMs: DEADLINE_MS },
    { messages, random: new Random(seed), clock: () => performance.now(), latencies: new Latencies() },
  );
  return [links, bank];
}

describe('links that hold', () => {
  it('bring many messages at once, each its own answer', async () => {
    const [links, bank] = await opened((message) => (Number(message.fields[11]) % 2 === 0 ? '00' : '51'));
    const asked = Array.from({ length: 100 }, () => purchase());
    const answers = await Promise.all(asked.map((message) => links.ask(message)));
    for (const [index, answer] of answers.entries()) {
      if (answer === 'given_up') throw new Error('nothing is given up here');
      expect(textOf(answer, 37)).toBe(asked[index]?.fields[37]);
      expect(textOf(answer, 39)).toBe(Number(textOf(answer, 11)) % 2 === 0 ? '00' : '51');
    }
    expect(links.counts).toMatchObject({ sent: 100, answered: 100, cuts: 0, unanswered: 0 });
    expect(bank.connections()).toBe(2);
  });

  it('count what is not answered in time, and repeat it', async () => {
    const [links, bank] = await opened((_, nth) => (nth === 1 ? undefined : '00'));
    const answer = await links.ask(purchase());
    expect(answer === 'given_up' ? answer : textOf(answer, 39)).toBe('00');
    expect(bank.heard.map(({ mti }) => mti)).toEqual(['0100', '0101']);
    expect(links.counts).toMatchObject({ unanswered: 1, repeats: 1 });
  });

  it('repeat what may not be refused until it is taken', async () => {
    const [links, bank] = await opened((_, nth) => (nth < 3 ? '91' : '00'));
    expect(textOf(await links.insist({ ...purchase(), mti: '0420' }), 39)).toBe('00');
    expect(bank.heard.map(({ mti }) => mti)).toEqual(['0420', '0421', '0421']);
  });

  it('answer a message and its repeat on the same link, both', async () => {
    const [links] = await opened(() => '00');
    const message = purchase();
    const answers = await Promise.all([links.ask(message), links.ask({ ...message, mti: '0101' }), links.ask(message)]);
    expect(answers.map((answer) => answer !== 'given_up' && textOf(answer, 39))).toEqual(['00', '00', '00']);
  });
});

describe('more than may be in flight', () => {
  it('is held back, and sent when others are answered', async () => {
    const [links, bank] = await opened(() => '00');
    await Promise.all(Array.from({ length: 200 }, () => links.ask(purchase())));
    expect(links.counts).toMatchObject({ sent: 200, answered: 200, heldBack: 200 - 2 * 32 });
    expect(bank.heard).toHaveLength(200);
    expect(links.inFlight).toBe(0);
  });
});

describe('links that are all cut', () => {
  it('bring every message to its answer over another one', async () => {
    const [links, bank] = await opened(() => '00', 1);
    const answers = await Promise.all(Array.from({ length: 50 }, () => links.ask(purchase())));
    expect(answers.every((answer) => answer !== 'given_up' && textOf(answer, 39) === '00')).toBe(true);
    expect(links.counts.cuts).toBeGreaterThan(0);
    expect(links.counts.lost).toBe(links.counts.repeats);
    expect(bank.connections()).toBeGreaterThan(2);
  });

  it('say so to whoever would rather take it back', async () => {
    const [links] = await opened(() => '00', 1);
    expect(await links.ask(purchase(), 'give_up')).toBe('given_up');
  });
});
