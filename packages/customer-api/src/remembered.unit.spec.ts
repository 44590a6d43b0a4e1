import { describe, expect, it } from '@jest/globals';
import { contextsOf } from '@tallystick/transport';
import { Remembered } from './remembered.js';

const context = contextsOf('service:spec')('spec', 'spec');

describe('answers that are remembered', () => {
  let now = 0;
  const asked: (readonly string[])[] = [];
  const upper = new Remembered({
    now: () => now,
    lastsMs: 10,
    ask: async (keys) => {
      asked.push(keys);
      return new Map(keys.filter((key) => key !== 'nothing').map((key) => [key, key.toUpperCase()]));
    },
  });
  const of = async (...keys: string[]) => Object.fromEntries(await upper.of(keys, context));

  it('are asked for once, those that are not there too, and again when they are old', async () => {
    expect(await of('a', 'nothing', 'a')).toEqual({ a: 'A' });
    now = 9;
    expect(await of('a', 'nothing', 'b')).toEqual({ a: 'A', b: 'B' });
    now = 10;
    expect(await of('a', 'b')).toEqual({ a: 'A', b: 'B' });
    expect(asked.splice(0)).toEqual([['a', 'nothing'], ['b'], ['a']]);
  });

  it('are asked for a hundred at a time', async () => {
    const keys = Array.from({ length: 250 }, (_, n) => `key ${n}`);
    expect(Object.keys(await of(...keys))).toHaveLength(250);
    expect(asked.map((each) => each.length)).toEqual([100, 100, 50]);
  });
});
