import { describe, expect, it } from '@jest/globals';
import { differingPaths } from './json-differences.js';

describe('two documents', () => {
  it('that say the same do not differ, in whatever order', () => {
    expect(differingPaths({ a: 1, b: [{ c: null }] }, { b: [{ c: null }], a: 1 })).toEqual([]);
  });

  it.each([
    [{ a: 1 }, { a: 2 }, ['a']],
    [{ a: 1 }, {}, ['a']],
    [{}, { a: undefined }, ['a']],
    [{ a: 1 }, { a: '1' }, ['a']],
    [{ a: null }, { a: {} }, ['a']],
    [{ a: [1, 2] }, { a: [1] }, ['a[] length']],
    [{ a: [{ b: 1 }, { b: 2 }] }, { a: [{ b: 3 }, { b: 4 }] }, ['a[].b']],
    [{ a: { b: { c: 1 } } }, { a: { b: { c: 2 } } }, ['a.b.c']],
    [1, 2, ['$']],
    [[1], { a: 1 }, ['$']],
    ['text', {}, ['$']],
  ])('%j and %j differ at %j', (one, other, paths) => {
    expect(differingPaths(one, other)).toEqual(paths);
  });

  it('are told apart without what customers wrote', () => {
    const of = (value: number) => ({ metadata: { secret: value }, 'a name': value, a5555555555554444: value });
    expect(differingPaths(of(1), of(2))).toEqual(['metadata.*', '*']);
  });

  it('of which everything differs give twenty paths', () => {
    const of = (value: number) => Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`f${n}`, value]));
    expect(differingPaths(of(1), of(2))).toHaveLength(20);
  });
});
