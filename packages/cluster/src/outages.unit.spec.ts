import { beforeEach, describe, expect, it } from '@jest/globals';
import { JournalUnavailable } from '@tallystick/journal';
import { eachOutageOnce, type Report } from './outages.js';

let told: unknown[];
let now: number;
let report: Report;

beforeEach(() => {
  told = [];
  now = 0;
  report = eachOutageOnce(
    (error) => told.push(error),
    () => now,
  );
});

const full = () => new JournalUnavailable('nothing can be appended: the disk is full', false);

describe('a disk that stays full', () => {
  it('is told once, as a sentence, however long it lasts', () => {
    for (now = 0; now < 600_000; now += 1_000) report(full());
    expect(told).toEqual(['nothing can be appended: the disk is full']);
  });

  it('is told beside what else is away, and again where it is full again later', () => {
    report(full());
    report(new Error('relay: Kafka is away', { cause: new JournalUnavailable('away', true) }));
    now += 61_000;
    report(full());
    expect(told).toEqual([
      'nothing can be appended: the disk is full',
      'relay: Kafka is away',
      'nothing can be appended: the disk is full',
    ]);
  });
});

describe('an error that nothing away explains', () => {
  it('is told whole, each time', () => {
    const bug = new TypeError('x is undefined');
    report(bug);
    report(bug);
    expect(told).toEqual([bug, bug]);
  });
});
