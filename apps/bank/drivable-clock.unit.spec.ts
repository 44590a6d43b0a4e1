import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DrivableClock } from './drivable-clock.js';

const DAY = 86_400;
const MICROS_PER_DAY = 86_400_000_000n;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clock-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("the bank's clock", () => {
  const wall = () => 1_000n;

  it("is the computer's until it is driven", () => {
    expect(new DrivableClock(join(folder, 'clock-ahead'), wall).now()).toBe(1_000n);
  });

  it('goes ahead as far as it was driven, in every later run too', () => {
    const path = join(folder, 'clock-ahead');
    const clock = new DrivableClock(path, wall);
    clock.advance(DAY);
    clock.advance(DAY);
    expect(clock.now()).toBe(1_000n + 2n * MICROS_PER_DAY);
    expect(new DrivableClock(path, wall).now()).toBe(1_000n + 2n * MICROS_PER_DAY);
  });

  it('does not start where nobody knows how far it was driven', () => {
    const path = join(folder, 'clock-ahead');
    writeFileSync(path, 'far');
    expect(() => new DrivableClock(path, wall)).toThrow();
  });
});
