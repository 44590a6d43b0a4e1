import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { Turns } from './turns.js';

describe('long requests that come at once', () => {
  it('go on one by one, each in a turn of the event loop of its own, in their order', async () => {
    const turns = new Turns();
    let turn = 0;
    let isOver = false;
    const counting = (async () => {
      for (; !isOver; turn++) await turnOfTheLoop();
    })();
    const went: [number, number][] = [];
    await Promise.all(
      Array.from({ length: 20 }, async (_, n) => {
        await turns.next();
        went.push([n, turn]);
      }),
    );
    isOver = true;
    await counting;
    expect(went.map(([n]) => n)).toEqual(Array.from({ length: 20 }, (_, n) => n));
    expect(new Set(went.map(([, at]) => at)).size).toBe(20);
  });

  it('wait again after all of them have gone', async () => {
    const turns = new Turns();
    await turns.next();
    const order: string[] = [];
    const second = turns.next().then(() => order.push('long'));
    order.push('short');
    await second;
    expect(order).toEqual(['short', 'long']);
  });
});
