import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import type { Iso8583Message } from '@tallystick/iso8583';
import { addressOf } from '../address.js';
import { messageDifferences, requestDifferences } from './comparison.js';
import { reportOf } from './conformance.js';
import { TO_COVER } from './coverage.suite.js';
import { messageOf, type Setting } from './messages.js';
import { requestOf } from './requests.js';
import { readScenarios, ScenarioError, scenariosOf } from './scenario-files.js';

const FOLDER = fileURLToPath(new URL('scenarios', import.meta.url));
const SCENARIOS_MIN = 120;

describe('the scenarios', () => {
  const scenarios = readScenarios(FOLDER);

  it('are valid, and enough', () => {
    expect(scenarios.length).toBeGreaterThanOrEqual(SCENARIOS_MIN);
  });

  it('cover every row, rung, precedence and pair', () => {
    const covered = new Set(scenarios.flatMap(({ covers }) => covers));
    expect(TO_COVER.filter((one) => !covered.has(one))).toEqual([]);
  });

  it('cover nothing that the table does not have', () => {
    const table = new Set(TO_COVER);
    const other = scenarios.flatMap(({ name, covers }) =>
      covers.filter((one) => !table.has(one)).map((one) => [name, one]),
    );
    expect(other).toEqual([]);
  });
});

describe('a scenario file with a mistake', () => {
  const step = { send: { mti: '0100' }, expect: { fields: { 39: '00' } } };
  const scenario = { name: 'one', source: 'ISO 8583', steps: [step] };
  const read = (value: unknown) => () => scenariosOf('some.json', JSON.stringify(value));

  it.each([
    ['that is no list', {}, 'some.json: a list of scenarios is expected'],
    ['without a source', [{ ...scenario, source: undefined }], 'some.json, "one": /source: Expected required property'],
    ['without a name', [{ ...scenario, name: undefined }], 'some.json, scenario 1: /name: Expected required property'],
    [
      'with a step of no kind',
      [{ ...scenario, steps: [{ send: {} }] }],
      'some.json, "one", step 1: /send has neither mti nor http nor change nor advance_seconds',
    ],
    [
      'with an unknown field',
      [{ ...scenario, steps: [{ ...step, send: { mti: '0100', amout: 1 } }] }],
      'some.json, "one", step 1: /send/amout: Unexpected property',
    ],
    [
      'with half an amount',
      [{ ...scenario, steps: [{ ...step, send: { mti: '0100', amount: 0.5 } }] }],
      'some.json, "one", step 1: /send/amount: Expected integer',
    ],
    [
      'about nothing',
      [{ ...scenario, steps: [{ ...step, send: { mti: '0400', about: 'first' } }] }],
      'some.json, "one", step 1: no message before it is called "first"',
    ],
  ])('%s is told by its place', (_, value, message) => {
    expect(read(value)).toThrow(new ScenarioError(message));
  });

  it('that is no JSON is told by its name', () => {
    expect(() => scenariosOf('some.json', '[')).toThrow(/^some\.json: /);
  });
});

const setting: Setting = {
  cardNumber: '1111',
  unknownNumber: '2222',
  currency: '392',
  at: '0501130000',
  nextStan: () => '000007',
  run: 'ABCDEF',
};
const none = new Map<string, Iso8583Message>();

describe('a message of a scenario', () => {
  it('is a purchase where it says nothing else', () => {
    const { mti, fields } = messageOf({ mti: '0100', amount: 5 }, setting, none);
    expect([mti, fields[2], fields[4], fields[11], fields[12], fields[13], fields[37], fields[49]]).toEqual([
      '0100',
      '1111',
      '000000000005',
      '000007',
      '130000',
      '0501',
      'ABCDEF000007',
      '392',
    ]);
  });

  it('has what it says, and not what it leaves out', () => {
    const said = { 2: '$unknown', 4: null, 48: { 87: 'N' }, 54: ['a', 'b'] };
    const { fields } = messageOf({ mti: '0100', fields: said }, setting, none);
    expect(fields).toMatchObject({
      2: '2222',
      48: [{ tag: '87', value: 'N' }],
      54: [
        { tag: '1', value: 'a' },
        { tag: '2', value: 'b' },
      ],
    });
    expect(fields).not.toHaveProperty('4');
  });

  it('about another has its keys, a reversal its DE90; one that follows has keys of its own', () => {
    const first = messageOf({ mti: '0100' }, setting, none);
    const named = new Map([['first', first]]);
    const later = { ...setting, nextStan: () => '000008' };
    expect(messageOf({ mti: '0101', about: 'first' }, later, named)).toEqual({ ...first, mti: '0101' });
    const original = `01000000070501130000${'00000400001'}${'0'.repeat(11)}`;
    const reversal = messageOf({ mti: '0400', about: 'first', replacement: 3 }, later, named);
    expect(reversal.fields).toMatchObject({ 11: '000007', 90: original, 95: '000000000003'.padEnd(42, '0') });
    expect(messageOf({ mti: '0100', follows: 'first' }, later, named).fields).toMatchObject({
      11: '000008',
      37: first.fields[37],
      90: original,
    });
    expect(messageOf({ mti: '0401', about: 'back' }, later, new Map([['back', reversal]])).fields).toEqual(
      reversal.fields,
    );
  });
});

describe('a request of a scenario', () => {
  it('has the card, the amount, the original and what stands for names', () => {
    const named = new Map([['first', messageOf({ mti: '0100' }, setting, none)]]);
    const opened = {
      accountId: 'acc_1',
      cardId: 'card_1',
      cardNumber: '1111',
      unknownNumber: '2222',
      currency: 'JPY',
      id: 'X',
    };
    const request = requestOf(
      { http: '/gateway/clearings', about: 'first', amount: 5, body: { clearing_key: '$id-1' } },
      opened,
      named,
    );
    expect(request).toMatchObject({
      path: '/gateway/clearings',
      key: undefined,
      body: {
        card: { number: '1111' },
        amount: { amount: 5, currency: 'JPY' },
        clearing_key: 'X-1',
        original_keys: { acquirer: '400001', stan: '000007', rrn: 'ABCDEF000007', transmitted_at: '0501130000' },
      },
    });
    expect(requestOf({ http: '/staff/accounts/$account/changes', body: { card_id: '$card' } }, opened, named)).toEqual({
      path: '/staff/accounts/acc_1/changes',
      key: undefined,
      body: { card_id: 'card_1' },
    });
  });
});

describe('what comes back', () => {
  const sent: Iso8583Message = { mti: '0101', fields: { 2: '1111', 11: '000007', 49: '392' } };
  const answer: Iso8583Message = {
    mti: '0110',
    fields: { 2: '1111', 11: '000007', 39: '51', 49: '392', 54: [{ tag: '1', value: 'a' }] },
  };

  it('is right where it has what is expected', () => {
    expect(messageDifferences({ fields: { 39: '51', 38: null, 54: ['a'], 49: '*' } }, answer, sent)).toEqual([]);
  });

  it('is told field by field where it is not, and never with a card number', () => {
    const expected = { mti: '0210', fields: { 38: '*', 39: '00', 54: null } };
    expect(
      messageDifferences(expected, { ...answer, fields: { ...answer.fields, 2: '3333', 49: '826' } }, sent),
    ).toEqual([
      'MTI: 0210 expected, got 0110',
      'DE38: * expected, got none',
      'DE39: 00 expected, got 51',
      'DE54: none expected, got a',
      "DE2: not the request's",
      'DE49: 392 sent, got 826',
    ]);
  });

  it('over HTTP may have more than is expected', () => {
    const body = { decision: 'declined', error: { code: 'x' } };
    expect(requestDifferences({ body: { decision: '*', error: { code: 'x' } } }, { status: 200, body })).toEqual([]);
    expect(requestDifferences({ body: { error: { code: 'y' } } }, { status: 200, body })).toEqual([
      'error.code: "y" expected, got "x"',
    ]);
    expect(requestDifferences({ status: 409 }, { status: 200, body: {} })).toEqual(['HTTP 409 expected, got 200 {}']);
  });
});

describe('the report', () => {
  it('names file, scenario, source, step and differences, and counts', () => {
    const scenarios = scenariosOf(
      'some.json',
      '[{"name":"one","source":"ISO 8583","steps":[{"send":{"mti":"0100"},"expect":"nothing"}]}]',
    );
    const failed = scenarios.map((scenario) => ({ scenario, step: 1, differences: ['DE39: 00 expected, got 51'] }));
    expect(reportOf(scenarios, { failed, skipped: [] })).toBe(
      'FAILED  some.json: one\n  source  ISO 8583\n  step 1: {"mti":"0100"}\n    DE39: 00 expected, got 51\n1 scenarios, 1 failed\n',
    );
    expect(reportOf(scenarios, { failed: [], skipped: [] })).toBe('1 scenarios, 0 failed\n');
    expect(reportOf(scenarios, { failed: [], skipped: scenarios })).toBe(
      "1 scenarios, 0 failed, 1 skipped: the bank's clock can not be driven\n",
    );
  });
});

describe('an address', () => {
  it('is a host and a port', () => {
    expect([addressOf('127.0.0.1:8583'), addressOf('[::1]:1')]).toEqual([
      { host: '127.0.0.1', port: 8583 },
      { host: '::1', port: 1 },
    ]);
    for (const bad of ['localhost', ':1', 'a:b', 'a:70000']) expect(() => addressOf(bad)).toThrow(RangeError);
  });
});
