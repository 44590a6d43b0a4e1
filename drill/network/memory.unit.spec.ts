import { describe, expect, it } from '@jest/globals';
import { flatnessOf } from './memory.js';

describe('memory through a run', () => {
  it('is judged by the medians of its first and last third, so that a peak is no growth', () => {
    expect(flatnessOf([100, 100, 900, 500, 500, 500, 110, 110, 900])).toEqual({
      first: 100,
      last: 110,
      growth: expect.closeTo(0.1),
    });
  });

  it('is not judged by too little', () => {
    expect(flatnessOf([1, 2])).toBeUndefined();
  });
});
