import { describe, expect, it } from '@jest/globals';
import { passesLuhn } from '@tallystick/contracts';
import { cardNumbers } from './card-numbers.js';
import { MERCHANTS } from './merchants.js';
import { mixOf, planOf, STORIES } from './plan.js';

const MANY = 3_000;
const CARDS = 40;

function plans(seed: number) {
  return Array.from({ length: MANY }, (_, number) => planOf(seed, number, CARDS, mixOf()));
}

describe('the plan of a seed', () => {
  it('is the same again, story by story, in whatever order they are asked for', () => {
    const all = plans(7);
    expect(plans(7)).toEqual(all);
    expect(planOf(7, MANY - 1, CARDS, mixOf())).toEqual(all[MANY - 1]);
    expect(plans(8)).not.toEqual(all);
  });

  it('has every story, every trade, every way of presenting, and every card', () => {
    const all = plans(7);
    expect(new Set(all.map(({ story }) => story))).toEqual(new Set(Object.keys(STORIES)));
    expect(new Set(all.map(({ merchant }) => merchant.trade))).toEqual(new Set(MERCHANTS.keys()));
    expect(new Set(all.map(({ presented }) => presented)).size).toBe(8);
    expect(new Set(all.map(({ card }) => card)).size).toBe(CARDS);
  });

  it('has amounts, and abroad those of the terminal', () => {
    for (const { amount, local, merchant } of plans(7)) {
      expect(amount).toBeGreaterThan(3n);
      expect(local === undefined).toBe(merchant.country === 'GB');
    }
  });
});

describe('the mix', () => {
  it('is what was asked for alone', () => {
    const mix = mixOf('fuel=3,cash=1,hotel=0');
    const told = Array.from({ length: MANY }, (_, number) => planOf(1, number, CARDS, mix).story);
    expect(new Set(told)).toEqual(new Set(['fuel', 'cash']));
  });

  it.each([
    ['tea=1', 'no story is called "tea"'],
    ['fuel', 'fuel= a whole number'],
    ['fuel=0', 'no weight is above 0'],
  ])('%s is refused', (text, sentence) => {
    expect(() => mixOf(text)).toThrow(sentence);
  });
});

describe('the cards of a seed', () => {
  it('are the same again, pass the check digit, and none comes twice', () => {
    const numbers = cardNumbers(7, 500);
    expect(cardNumbers(7, 500)).toEqual(numbers);
    expect(new Set(numbers).size).toBe(500);
    expect(numbers.every((number) => /^\d{16}$/.test(number) && passesLuhn(number))).toBe(true);
  });
});

describe('the merchants', () => {
  it('fill the fields of a message exactly', () => {
    const all = [...MERCHANTS.values()].flat();
    expect(all.length).toBeGreaterThanOrEqual(50);
    for (const { acceptor, id, terminal, mcc, from, to } of all) {
      expect([acceptor.length, id.length, terminal.length]).toEqual([40, 15, 8]);
      expect(mcc).toMatch(/^\d{4}$/);
      expect(to).toBeGreaterThan(from);
    }
  });
});
