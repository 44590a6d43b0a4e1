import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { type TSchema, Type } from '@sinclair/typebox';
import { breachesOf, type WireMethods } from './compatibility.suite.js';
import * as contracts from './index.js';
import { type Contract, jsonSchemaOf } from './index.js';

const RELEASED = new URL('../released.json', import.meta.url);
const released: WireMethods = JSON.parse(readFileSync(RELEASED, 'utf8'));

function isContract(value: unknown): value is Contract {
  return typeof value === 'object' && value !== null && 'methods' in value;
}

function wireMethods(): WireMethods {
  const exported: readonly unknown[] = Object.values(contracts);
  const methods = exported
    .filter(isContract)
    .flatMap((contract) =>
      Object.entries(contract.methods).map(([name, { request, response }]) => [
        `${contract.name}.${name}`,
        { request: jsonSchemaOf(request), response: jsonSchemaOf(response) },
      ]),
    );
  return Object.fromEntries(methods);
}

describe('the contracts', () => {
  it('take what callers of the release before ask, and answer what these understand (npm run release:contracts makes a release)', () => {
    expect(Object.keys(released).length).toBeGreaterThan(80);
    expect(breachesOf(released, wireMethods())).toEqual([]);
  });
});

describe('a change of a contract', () => {
  const big = Type.BigInt();
  const before = Type.Object({ id: Type.String(), amount: big, note: Type.Optional(Type.String()) });
  const whole = (request: TSchema, response: TSchema): WireMethods => ({
    'bank.pay': { request: jsonSchemaOf(request), response: jsonSchemaOf(response) },
  });
  const asked = (now: TSchema) => breachesOf(whole(before, before), whole(now, before));
  const answered = (now: TSchema) => breachesOf(whole(before, before), whole(before, now));
  const { id, amount, note } = before.properties;

  it('may add to a request what can be left out, and to an answer anything', () => {
    expect(asked(Type.Object({ id, amount, note, more: Type.Optional(big) }))).toEqual([]);
    expect(answered(Type.Object({ id, amount, note, more: big }))).toEqual([]);
    expect(asked(Type.Object({ id, amount: Type.Union([amount, Type.Null()]), note }))).toEqual([]);
    expect(
      breachesOf(whole(before, before), {
        ...whole(before, before),
        ...{ 'bank.new': whole(id, id)['bank.pay'] },
      } as WireMethods),
    ).toEqual([]);
  });

  it.each([
    ['a field that is needed now', Type.Object({ id, amount, note, more: big }), 'more is needed, and may be left out'],
    ['a field that may no longer be left out', Type.Object({ id, amount, note: Type.String() }), 'note is needed'],
    ['a field that is gone', Type.Object({ id, note }), 'amount is not looked at any more'],
    ['a field of another type', Type.Object({ id: big, amount, note }), 'id: pattern is'],
    [
      'a tighter limit',
      Type.Object({ id: Type.String({ maxLength: 9 }), amount, note }),
      'maxLength is 9, and was undefined',
    ],
    ['fewer values', Type.Object({ id: Type.Literal('a'), amount, note }), 'only "a" is understood'],
  ] as const)('may not ask for %s', (_, now, said) => {
    expect(asked(now).join('\n')).toContain(said);
  });

  it('may not leave a field out of what is deep inside', () => {
    const list = (...fields: TSchema[]) => Type.Object({ all: Type.Array(Type.Union(fields)) });
    const cancel = Type.Object({ type: Type.Literal('cancel') });
    const pay = Type.Object({ type: Type.Literal('pay'), amount, note });
    const less = Type.Object({ type: Type.Literal('pay'), amount });
    const said = breachesOf(whole(list(pay, cancel), id), whole(list(less, cancel), id));
    expect(said).toEqual(['bank.pay request.all[].note is not looked at any more']);
    expect(breachesOf(whole(list(pay, cancel), id), whole(list(cancel, pay), id))).toEqual([]);
  });

  it.each([
    ['a field that is gone', Type.Object({ id, note }), 'amount is needed, and may be left out'],
    ['a field that may be left out now', Type.Object({ id, amount: Type.Optional(amount), note }), 'amount is needed'],
    ['more kinds of values', Type.Object({ id: Type.Union([id, Type.Null()]), amount, note }), 'is not understood'],
  ] as const)('may not answer with %s', (_, now, said) => {
    expect(answered(now).join('\n')).toContain(said);
  });

  it('may take no method away', () => {
    expect(breachesOf(whole(before, before), {})).toEqual([
      'bank.pay is gone: services of the release before still call it',
    ]);
  });
});
