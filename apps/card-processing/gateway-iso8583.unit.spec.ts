import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { encodeFrame, type Iso8583Message } from '@tallystick/iso8583';
import { ManualTime } from '@tallystick/transport/manual-time.suite';
import { gatewayOverMemory, NUMBER, type OverMemory, UNKNOWN_NUMBER } from './gateway-over-memory.suite.js';
import {
  about,
  authorisation,
  codec,
  type Network,
  type OverIso8583,
  overIso8583,
} from './iso8583-over-memory.suite.js';

let memory: OverMemory;
let over: OverIso8583;
let network: Network;

beforeEach(async () => {
  memory = await gatewayOverMemory();
  over = await overIso8583(memory);
  network = await over.connect();
});
afterEach(async () => {
  await network.close();
  await over.close();
  expect(over.reports).toEqual([]);
});

async function balances() {
  const { found } = await memory.ledger.account({ accountId: memory.accountId }, memory.context);
  return found?.balances;
}

const fieldsOf = ({ fields }: Iso8583Message, ...numbers: number[]) => numbers.map((number) => fields[number]);

describe('a link', () => {
  it('is signed on to, echoes and is signed off from', async () => {
    for (const code of ['001', '301', '002']) {
      const answer = await network.ask({
        mti: '0800',
        fields: { 7: '0501120000', 11: `0000${code.slice(1)}`, 70: code },
      });
      expect(answer.mti).toBe('0810');
      expect(fieldsOf(answer, 39, 70)).toEqual(['00', code]);
    }
  });

  it('answers what it does not know with 12, and nothing to an answer', async () => {
    expect((await network.ask(authorisation({}, '0600'))).fields[39]).toBe('12');
    network.send(authorisation({ 39: '00' }, '0110'));
    await network.ask(authorisation());
    expect(network.received).toHaveLength(2);
  });
});

describe('an authorisation', () => {
  it('is decided, held, and answered with what it came with', async () => {
    const asked = authorisation();
    const answer = await network.ask(asked);
    expect(answer.mti).toBe('0110');
    expect(fieldsOf(answer, 2, 3, 4, 7, 11, 12, 13, 32, 37, 41, 42, 49)).toEqual(
      fieldsOf(asked, 2, 3, 4, 7, 11, 12, 13, 32, 37, 41, 42, 49),
    );
    expect(answer.fields[39]).toBe('00');
    expect(answer.fields[38]).toMatch(/^[0-9A-Z]{6}$/);
    expect(answer.fields[54]).toEqual([{ tag: '1', value: '0002826C000000098750' }]);
    expect(await balances()).toMatchObject({ held: 1_250n, available: 98_750n });
  });

  it('that is repeated hears the first answer, and nothing is held twice', async () => {
    const asked = authorisation();
    const first = await network.ask(asked);
    const repeat = await network.ask(about(asked, '0101', { 7: '0501120003' }));
    expect(repeat).toEqual({ ...first, fields: { ...first.fields, 7: '0501120003' } });
    expect(await balances()).toMatchObject({ held: 1_250n });
  });

  it('of another card that has the same keys is another', async () => {
    const other = await over.connect();
    const same = authorisation({ 4: '000000000100' });
    const [approved, declined] = await Promise.all([
      network.ask(same),
      other.ask(about(same, '0100', { 2: UNKNOWN_NUMBER })),
    ]);
    expect([approved.fields[39], declined.fields[39]]).toEqual(['00', '14']);
    await other.close();
  });

  it('that has the keys of another but asks for something else is refused', async () => {
    const asked = authorisation();
    await network.ask(asked);
    expect((await network.ask(about(asked, '0100', { 4: '000000000001' }))).fields[39]).toBe('94');
  });

  it.each([
    ['of an unknown card', { 2: UNKNOWN_NUMBER }, '14'],
    ['whose number has a wrong check digit', { 2: '5555555555554445' }, '14'],
    ['of too much', { 4: '000000100001' }, '51'],
    ['over the maximum', { 4: '000100000001' }, '13'],
    ['in another currency', { 49: '978' }, '12'],
    ['in no currency', { 49: '000' }, '12'],
    ['with a wrong card validation code', { 48: [{ tag: '87', value: 'N' }] }, '05'],
  ])('%s is declined', async (_, fields, responseCode) => {
    const answer = await network.ask(authorisation(fields));
    expect(fieldsOf(answer, 39, 38)).toEqual([responseCode, undefined]);
    expect(await balances()).toMatchObject({ held: 0n });
  });

  it('without what names it hears a format error', async () => {
    const answer = await network.ask(authorisation({ 7: undefined, 12: undefined }));
    expect(answer.fields[39]).toBe('30');
  });

  it('in pieces of one byte is one message', async () => {
    const asked = authorisation();
    const answered = network.answerTo(String(asked.fields[11]));
    for (const byte of encodeFrame(codec, asked)) network.write(Uint8Array.of(byte));
    expect((await answered).fields[39]).toBe('00');
  });

  it('is billed in the currency of the account, whatever was paid in', async () => {
    const answer = await network.ask(authorisation({ 4: '000000001500', 49: '978', 6: '000000001300', 51: '826' }));
    expect(answer.fields[39]).toBe('00');
    expect(await balances()).toMatchObject({ held: 1_300n });
  });

  it('is approved in part where the terminal takes a part', async () => {
    const answer = await network.ask(authorisation({ 4: '000000150000', 48: [{ tag: '61', value: '10000' }] }));
    expect(fieldsOf(answer, 4, 39)).toEqual(['000000100000', '10']);
    expect(answer.fields[54]).toEqual([{ tag: '1', value: '0057826D000000150000' }]);
    expect(await balances()).toMatchObject({ held: 100_000n, available: 0n });
  });

  it('is raised by one that names it', async () => {
    const first = authorisation();
    await network.ask(first);
    const more = authorisation({ 4: '000000000750', 37: first.fields[37], 90: originalOf(first) });
    expect((await network.ask(more)).fields[39]).toBe('00');
    expect(await balances()).toMatchObject({ held: 2_000n });
  });
});

function originalOf({ mti, fields }: Iso8583Message): string {
  return `${mti}${fields[11]}${fields[13]}${fields[12]}${String(fields[32]).padStart(11, '0')}${'0'.repeat(11)}`;
}

describe('a balance enquiry', () => {
  it('is answered with what is posted and what is left, and recorded nowhere', async () => {
    await network.ask(authorisation());
    const head = await memory.journal.head();
    const answer = await network.ask(authorisation({ 3: '300000', 4: undefined, 49: undefined }));
    expect(answer.fields[39]).toBe('00');
    expect(answer.fields[54]).toEqual([
      { tag: '1', value: '0001826C000000000000' },
      { tag: '2', value: '0002826C000000098750' },
    ]);
    const unknown = await network.ask(authorisation({ 2: UNKNOWN_NUMBER, 3: '300000' }));
    expect(unknown.fields[39]).toBe('14');
    expect(await memory.journal.head()).toBe(head);
  });
});

describe('what follows on an authorisation', () => {
  it('an advice of what the scheme approved is recorded and held', async () => {
    const answer = await network.ask(authorisation({ 39: '00', 4: '000000002000' }, '0120'));
    expect([answer.mti, answer.fields[39]]).toEqual(['0130', '00']);
    expect(await balances()).toMatchObject({ held: 2_000n });
  });

  it('a reversal releases it, in whole or down to another amount, once', async () => {
    const [first, second] = [authorisation(), authorisation()];
    await network.ask(first);
    await network.ask(second);
    const partly = await network.ask(about(first, '0400', { 95: `${'000000000500'.padEnd(42, '0')}` }));
    expect([partly.mti, partly.fields[39]]).toEqual(['0410', '00']);
    expect(await balances()).toMatchObject({ held: 1_750n });
    for (const mti of ['0420', '0421', '0400'])
      expect((await network.ask(about(second, mti, { 90: originalOf(second) }))).fields[39]).toBe('00');
    expect(await balances()).toMatchObject({ held: 500n });
  });

  it('a reversal that comes first declines what it reverses', async () => {
    const late = authorisation();
    expect((await network.ask(about(late, '0400'))).fields[39]).toBe('00');
    expect((await network.ask(late)).fields[39]).toBe('12');
  });

  it('a completion posts it', async () => {
    const first = authorisation();
    await network.ask(first);
    const answer = await network.ask(about(first, '0220', { 4: '000000001400', 39: '00' }));
    expect([answer.mti, answer.fields[39]]).toEqual(['0230', '00']);
    expect(await balances()).toMatchObject({ held: 0n, ledger: -1_400n });
    await network.ask(about(first, '0221', { 4: '000000001400', 39: '00' }));
    expect(await balances()).toMatchObject({ ledger: -1_400n });
  });

  it('a single message pays at once, and its reversal gives back', async () => {
    const paid = authorisation({}, '0200');
    expect((await network.ask(paid)).mti).toBe('0210');
    expect(await balances()).toMatchObject({ held: 0n, ledger: -1_250n });
    await network.ask(about(paid, '0420'));
    expect(await balances()).toMatchObject({ ledger: 0n });
  });
});

describe('a message that can not be read', () => {
  it('hears a format error where its trace number was read; the others go on', async () => {
    const broken = encodeFrame(codec, authorisation({ 11: '777777' }));
    broken[broken.length - 1] = 0x41;
    const answered = network.answerTo('777777');
    network.write(broken);
    expect(await answered).toMatchObject({ mti: '0110', fields: { 11: '777777', 39: '30' } });
    network.write(Buffer.from([0, 4, 1, 2, 3, 4]));
    expect((await network.ask(authorisation())).fields[39]).toBe('00');
    expect(await over.metrics.metrics()).toMatch(/iso8583_unreadable_total\{code="charset"\} 1/);
  });

  it('whose length is none ends its own link alone', async () => {
    const other = await over.connect();
    network.write(Buffer.from([0, 0]));
    await network.closed();
    expect((await other.ask(authorisation())).fields[39]).toBe('00');
    await other.close();
  });
});

describe('no card number', () => {
  it('goes beyond the first hop', async () => {
    const track = authorisation({ 2: undefined, 35: `${NUMBER}=29121010000012345678` });
    expect((await network.ask(track)).fields[39]).toBe('00');
    await network.ask(about(track, '0400'));
    await network.ask(authorisation({ 43: `Shop ${NUMBER}`.padEnd(38).concat('GB') }));
    expect(await memory.journalText()).not.toContain(NUMBER);
    expect(await over.metrics.metrics()).not.toContain(NUMBER);
  });
});

describe('a gateway that is told to stop', () => {
  it('answers what is in flight, says farewell and ends its links', async () => {
    const other = await over.connect();
    const asked = Array.from({ length: 50 }, () => authorisation());
    const answers = asked.map((one) => network.ask(one));
    await Promise.race(answers);
    const closing = over.close();
    for (const answer of await Promise.all(answers)) expect(['00', '91']).toContain(answer.fields[39]);
    await Promise.all([network.closed(), other.closed()]);
    await closing;
    for (const one of [network, other])
      expect(one.received.filter(({ mti }) => mti === '0800').map(({ fields }) => fields[70])).toEqual(['002']);
    over = await overIso8583(memory);
    network = await over.connect();
  });
});

describe('two links', () => {
  it('resolve once what was in flight when one of them dropped', async () => {
    const other = await over.connect();
    for (let round = 0; round < 20; round++) {
      const link = await over.connect();
      const asked = authorisation({ 4: '000000000100' });
      link.send(asked);
      if (round % 2 === 0) await setTimeout(0);
      link.socket.resetAndDestroy();
      const answer = await other.ask(about(asked, '0101'));
      expect(answer.fields[39]).toBe('00');
    }
    expect(await balances()).toMatchObject({ held: 2_000n });
    await other.close();
  });
});

describe('an authorisation that the ledger does not answer in time', () => {
  it('hears 91, as its repeats do, and what was approved late is taken back', async () => {
    const time = new ManualTime();
    let held = Promise.withResolvers<void>();
    held.resolve();
    const slow = await gatewayOverMemory({ time, beforeAppend: () => held.promise });
    const slowly = await overIso8583(slow, { time });
    const link = await slowly.connect();
    // The card is known from here on.
    await link.ask(authorisation());
    held = Promise.withResolvers();
    const asked = authorisation({ 4: '000000000500' });
    const answered = link.ask(asked);
    while (!(await slowly.metrics.metrics()).includes('iso8583_in_flight 1')) await setTimeout(1);
    time.advance(1_000);
    expect((await answered).fields[39]).toBe('91');
    expect((await link.ask(about(asked, '0101'))).fields[39]).toBe('91');
    held.resolve();
    while (!(await slowly.metrics.metrics()).includes('iso8583_late_reversals_waiting 0')) await setTimeout(1);
    const { found } = await slow.ledger.account({ accountId: slow.accountId }, slow.context);
    expect(found?.balances.held).toBe(1_250n);
    expect((await link.ask(about(asked, '0101'))).fields[39]).toBe('91');
    expect(await slow.journalText()).toContain('ANSWERED_LATE');
    await link.close();
    await slowly.close();
  });
});
