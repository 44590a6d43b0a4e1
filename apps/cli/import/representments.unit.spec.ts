// Second presentments in clearing files: recorded at the dispute of what is presented again.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readDispute } from '../../card-processing/dispute-messages.js';
import { clearing, FILE_ID, FRAMINGS, ipmFile, jsonFile, presentment } from './clearing-files.suite.js';
import { ImportsUnderTest } from './imports-over-memory.suite.js';

const CARD = '5555555555554444';

let imports: ImportsUnderTest;
beforeEach(async () => {
  imports = new ImportsUnderTest();
  await imports.cards([imports.file('open.csv', [`o,1,2026-04-01,0,,,,m,${CARD},`])]);
});
afterEach(() => imports.remove());

const cardBalance = async () => (await imports.balances())['************4444 GBP'];
const json = (lines: Parameters<typeof jsonFile>[0]) => imports.text('c.jsonl', jsonFile(lines));

describe('a second presentment', () => {
  const disputed = async (key: string) => {
    const [posted] = (await imports.events()).flatMap((event) => (event.type === 'ClearingPosted' ? [event] : []));
    const body = {
      card: { number: CARD },
      dispute_key: key,
      reason: '4853',
      authorisation_id: posted?.transaction.transactionId ?? '',
    };
    return imports.gateway.handle(body, key, imports.context, readDispute);
  };

  it('in JSON lines is recorded at its dispute, and moves no money', async () => {
    await imports.clearing(json([clearing(CARD, 'k1', 1_000)]));
    expect(await disputed('d1')).toMatchObject({ decision: 'recorded' });
    const again = {
      type: 'representment',
      clearing_key: 'k1',
      card: { number: CARD },
      amount: { amount: 900, currency: 'GBP' },
    };
    const second = () =>
      imports.clearing(
        imports.text(
          'd.jsonl',
          jsonFile([again], { file_id: 'F-2', totals: [{ currency: 'GBP', debits: 900, credits: 0 }] }),
        ),
      );
    expect(await second()).toMatchObject({ posted: 1, exceptions: {} });
    expect(await second()).toMatchObject({ posted: 0 });
    expect(await cardBalance()).toEqual([-1_000n, 0n]);
    const recorded = (await imports.events()).filter(({ type }) => type === 'DisputeRepresented');
    expect(recorded).toMatchObject([
      { amount: 900n, clearingKey: 'k1', dispute: { disputeKey: 'd1', status: 'REPRESENTED' } },
    ]);
  });

  it('in IPM is found by the acquirer reference of the first', async () => {
    const [, framing] = FRAMINGS[0];
    await imports.clearing(imports.text('c.ipm', await ipmFile([presentment(CARD, 1_000, '1')], framing)));
    await disputed('d1');
    const again = [presentment(CARD, 1_000, '1', { 24: '205' })];
    const id = `${FILE_ID.slice(0, -1)}9`;
    const report = await imports.clearing(imports.text('d.ipm', await ipmFile(again, framing, { id })));
    expect(report).toMatchObject({ posted: 1, exceptions: {} });
    expect(await imports.events()).toContainEqual(
      expect.objectContaining({ type: 'DisputeRepresented', amount: 1_000n }),
    );
  });
});
