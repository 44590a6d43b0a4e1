import { describe, expect, it } from '@jest/globals';
import { deadlineOfHeader, leftOfDeadline } from './deadline-header.js';

describe('a deadline', () => {
  it('is what is left of it between services, whatever their clocks say', () => {
    expect(leftOfDeadline(1_000.9, 50)).toBe('+950');
    expect(deadlineOfHeader('+950', 700_000)).toBe(700_950);
  });

  it('is a time for callers outside', () => expect(deadlineOfHeader('1700000000000', 5)).toBe(1_700_000_000_000));

  it('has no header where it never comes', () => expect(leftOfDeadline(Number.POSITIVE_INFINITY, 5)).toBeUndefined());

  it('is never before now', () => expect(leftOfDeadline(5, 9)).toBe('+0'));

  it.each(['', '+', '-5', '1e3', '+ 5', 'soon'])('is not %j', (text) =>
    expect(deadlineOfHeader(text, 0)).toBeUndefined(),
  );
});
