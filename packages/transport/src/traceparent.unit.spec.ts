import { describe, expect, it } from '@jest/globals';
import { childTraceparent, isTraceparent, newTraceparent } from './traceparent.js';

const random = (byteCount: number) => new Uint8Array(byteCount).fill(0xab);

describe('a traceparent', () => {
  it('is valid when new', () => expect(isTraceparent(newTraceparent(random))).toBe(true));

  it('never has more than seven digits in a row, whatever is drawn', () => {
    for (let byte = 0; byte < 256; byte++) {
      const drawn = newTraceparent((byteCount) => new Uint8Array(byteCount).fill(byte));
      expect(isTraceparent(drawn)).toBe(true);
      expect(drawn).not.toMatch(/[0-9]{8}/);
    }
  });

  it('keeps trace and flags in its child and changes the step', () => {
    const parent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00';
    expect(childTraceparent(parent, random)).toBe('00-0af7651916cd43dd8448eb211c80319c-abababababababab-00');
  });

  it.each([
    ['missing', undefined],
    ['malformed', '00-xyz'],
    ['all zeros', `00-${'0'.repeat(32)}-b7ad6b7169203331-01`],
    ['of another version', '01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00'],
  ])('starts a new trace where the parent is %s', (_name, parent) => {
    expect(childTraceparent(parent, random)).toBe(newTraceparent(random));
  });
});
