import { describe, expect, it } from '@jest/globals';
import { tallystick } from './books.suite.js';

const noBooks = () => Promise.reject(new Error('the simulator opens no books'));
const ran = (line: string) => tallystick(noBooks, line);
/** Each runs worlds of a few thousand events. */

describe('tallystick simulate', () => {
  it('tells the seed, the commit, the faults, the commands and the invariants', async () => {
    const { code, out } = await ran('simulate --seed 11 --events 1');
    expect(out).toMatch(/^seed 11, (commit [0-9a-f]+|version .+)\nworlds +1\n/);
    for (const part of ['faults injected\n', 'commands\n', 'invariants checked\n', 'no invariant broken\n'])
      expect(out).toContain(part);
    expect(out).toMatch(/ crash +\d+\n/);
    expect(code).toBe(0);
  });

  it('says as JSON the same of the same seed', async () => {
    const [first, second] = [
      await ran('simulate --seed 11 --events 1 --json'),
      await ran('simulate --seed 11 --events 1 --json'),
    ];
    const { seconds, events_per_second, ...same } = JSON.parse(second.out);
    expect(JSON.parse(first.out)).toMatchObject(same);
    expect(same).toMatchObject({ seed: 11, worlds: 1, plant: null, broken: null });
  });

  it('draws a seed, and tells it before anything else', async () => {
    expect((await ran('simulate --events 1 --world 0')).out).toMatch(/^seed \d+, /);
  });

  it('shows what broke, and a shorter way to it that breaks again', async () => {
    const { code, out } = await ran('simulate --seed 7 --plant receives-twice --shrink-for 6');
    expect(code).toBe(1);
    const [, replay = ''] = /Again:\n {2}tallystick (.*)\n/.exec(out) ?? [];
    expect(replay).toMatch(/^simulate --seed 7 --world 0 --plant receives-twice --actions [0-9,]+$/);
    const again = await ran(replay);
    const brokenOf = (text: string) => /BROKEN: (.*)/.exec(text)?.[1];
    expect(brokenOf(again.out)).toBe(brokenOf(out));
    expect(again.code).toBe(1);
  });

  it.each([
    ['--seed x', 'error: --seed is a whole number from 0 to 4294967295\n'],
    ['--actions 1,2', 'error: --actions needs --seed and --world\n'],
    ['--seed 1 --world 0 --actions 1,x', 'error: --actions is a list of whole numbers such as 3,17,42\n'],
  ])('refuses %s', async (options, message) => {
    expect(await ran(`simulate ${options}`)).toEqual({ code: 2, out: '', err: message });
  });

  it('knows its planted bugs by name', async () => {
    const { code, err } = await ran('simulate --seed 1 --plant nonsense');
    expect(code).toBe(2);
    expect(err).toMatch(/^error: no planted bug is called nonsense: there are answers-undone-decision, /);
  });
});
