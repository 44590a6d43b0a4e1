import { describe, expect, it } from '@jest/globals';
import { normalise } from './normalise.js';

describe('a raw descriptor', () => {
  it.each([
    ['TESCO STORES 6227', 'tesco stores', 'tesco stores'],
    ['tesco-stores 6463', 'tesco stores', 'tesco stores'],
    ["Sainsbury's S/Mkts", 'sainsburys s mkts', 'sainsburys s mkts'],
    ['SQ *TEN LOCKS CAFE', 'ten locks cafe', 'ten locks cafe'],
    ['PAYPAL *PHONICSPLAY', 'phonicsplay', 'phonicsplay'],
    ['paypal phonicsplay', 'phonicsplay', 'phonicsplay'],
    ['PayPal', 'paypal', 'paypal'],
    ['iz *Corner Barbers', 'corner barbers', 'corner barbers'],
    ['wp-stamps direct', 'stamps direct', 'stamps direct'],
    ['www.bakerross.co.uk', 'bakerross', 'bakerross'],
    ['www.viking-direct.co.u', 'viking direct', 'viking direct'],
    ['www confetti co uk', 'confetti', 'confetti'],
    ['itunes.com/bill', 'itunes', 'itunes'],
    ['gov.uk/dart-charge', 'dart charge', 'dart charge'],
    ['hmcourts-service.g', 'hmcourts service', 'hmcourts service'],
    ['b  q 1302', 'bq', 'bq'],
    ['B & Q 1302', 'bq', 'bq'],
    ['b and q', 'bq', 'bq'],
    ['M&S Simply Food', 'ms simply food', 'ms simply food'],
    ['w m morrison plc', 'wm morrison', 'wm morrison'],
    ['great barr sawmills limite', 'great barr sawmills', 'great barr sawmills'],
    ['greggs - s0542', 'greggs', 'greggs'],
    ['43036690 costa coffee', 'costa coffee', 'costa coffee'],
    ['99p stores ltd', '99p stores', '99p stores'],
    ['123-reg.co.uk', '123 reg', '123 reg'],
    ['The Works 153', 'works', 'works'],
    ['COSTA LONDON GB', 'costa london gb', 'costa'],
    ['game retail ltd birmin', 'game retail birmin', 'game retail'],
    ['University of Birmingham', 'university of birmingham', 'university of birmingham'],
    ['CAFÉ DE PARIS', 'cafe de paris', 'cafe de paris'],
    ['birmingham', 'birmingham', ''],
    ['4423', '', ''],
    ['539679383 1 1', '', ''],
    ['', '', ''],
    ['   ', '', ''],
    ['***', '', ''],
  ])('%j is %j, and names %j', (raw, words, name) => {
    const normalised = normalise(raw);
    expect([normalised.words.join(' '), normalised.nameWords.join(' ')]).toEqual([words, name]);
  });

  it('tells its place', () => {
    expect(normalise('COSTA LONDON GB')).toMatchObject({ city: 'London', country: 'GBR' });
    expect(normalise('the grand hotel milton keynes')).toMatchObject({ city: 'Milton Keynes', country: null });
    expect(normalise('pinewood hotel manche')).toMatchObject({ city: 'Manchester' });
    expect(normalise('some shop IRL')).toMatchObject({ city: null, country: 'IRL' });
    expect(normalise('tesco')).toMatchObject({ city: null, country: null });
  });

  it('gives the same again', () => {
    for (const raw of ['SQ *TEN LOCKS CAFE LONDON GB', 'www.bakerross.co.uk', 'b & q', 'the works 12']) {
      const once = normalise(raw).nameWords.join(' ');
      expect(normalise(once).nameWords.join(' ')).toBe(once);
    }
  });

  it('of any length costs time in proportion', () => {
    const started = performance.now();
    normalise(`${'a '.repeat(50_000)}${' '.repeat(50_000)}`);
    normalise(`${'.'.repeat(50_000)}${'&'.repeat(50_000)}`);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
