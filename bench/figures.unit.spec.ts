import { describe, expect, it } from '@jest/globals';
import { cardNumber } from './cards.js';
import { latenciesOf, median } from './latencies.js';
import { combined, type Measured } from './measured.js';

const measured = (rate: number, p99: number): Measured => ({
  rate,
  latencies: { p50: 1, p95: 2, p99 },
  cpuServer: 1,
  cpuLoad: 1,
  cpuOthers: 0,
  seconds: 5,
});

describe('figures of a hundred times', () => {
  it('take the nearest rank, whatever the order was', () => {
    const times = Float64Array.from({ length: 100 }, (_, i) => 100 - i);
    expect(latenciesOf(times)).toEqual({ p50: 50, p95: 95, p99: 99 });
  });
});

describe('rounds', () => {
  it('have the middle one as their median, and the mean of the middle two where they are even', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });

  it('are combined to the mean rate and the worst percentile', () => {
    const both = combined([measured(100, 4), measured(200, 3)]);
    expect(both.rate).toBe(150);
    expect(both.latencies?.p99).toBe(4);
    expect(both.cpuServer).toBe(2);
  });
});

describe('made-up card numbers', () => {
  it('have sixteen digits that pass the Luhn check', () => {
    for (const number of [cardNumber(0), cardNumber(1), cardNumber(9_999)]) {
      expect(number).toMatch(/^555500[0-9]{10}$/);
      const sum = [...number].reduceRight((total, digit, i) => {
        const value = Number(digit) * ((number.length - i) % 2 === 0 ? 2 : 1);
        return total + (value > 9 ? value - 9 : value);
      }, 0);
      expect(sum % 10).toBe(0);
    }
  });
});
