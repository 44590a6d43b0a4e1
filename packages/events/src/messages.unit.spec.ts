import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DecodingError, EncodingError } from './errors.js';
import { arbitraryOf } from './event-arbitrary.suite.js';
import { type Messages, messageCatalogue } from './generated/messages.js';
import { type SampleKind, sampleOf } from './golden/sample.js';
import { decodeMessage, encodeMessage } from './messages.js';

const seed = Number(process.env.FC_SEED ?? Date.now());
const golden: Record<string, Record<SampleKind, string> | undefined> = JSON.parse(
  readFileSync(new URL('./golden/golden.json', import.meta.url), 'utf8'),
);
const NAMES = ['AuthorisationRequest', 'AuthorisationResponse'] as const satisfies (keyof Messages)[];
const cases = NAMES.flatMap((name) => (['full', 'bare'] as const).map((kind) => [name, kind] as const));

function newestSchema(name: string) {
  return JSON.parse(messageCatalogue.findLast((released) => released.name === name)?.schema ?? '');
}

function sample<Name extends keyof Messages>(name: Name, kind: SampleKind): Messages[Name] {
  const made: unknown = sampleOf(newestSchema(name), kind);
  return made as Messages[Name];
}

function faultOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    if (error instanceof EncodingError || error instanceof DecodingError) return error.code;
    throw error;
  }
  return undefined;
}

describe('the golden bytes', () => {
  it.each(cases)('of %s (%s) mean the sample and are those that we write', (name, kind) => {
    const bytes = golden[`${name}.v1`]?.[kind] ?? '';
    expect(decodeMessage(name, Buffer.from(bytes, 'hex'))).toEqual(sample(name, kind));
    expect(encodeMessage(name, sample(name, kind)).toString('hex')).toBe(bytes);
  });
});

describe('any message', () => {
  it.each(NAMES)('%s comes back as it was written', (name) => {
    fc.assert(
      fc.property(arbitraryOf(newestSchema(name)), (fields) => {
        const written = { ...fields } as Messages[typeof name];
        expect(decodeMessage(name, encodeMessage(name, written))).toEqual(written);
      }),
      { seed, numRuns: 40 },
    );
  });
});

describe('bytes that are no such message', () => {
  const bytes = encodeMessage('AuthorisationResponse', sample('AuthorisationResponse', 'full'));

  it.each([
    ['none', Buffer.alloc(0), 'unknown_schema'],
    ['text', Buffer.from('{"card":{"id":"card_1"}}'), 'unknown_schema'],
    [
      'another message',
      encodeMessage('AuthorisationRequest', sample('AuthorisationRequest', 'bare')),
      'unknown_schema',
    ],
    ['cut short', bytes.subarray(0, -1), 'truncated'],
    ['with more behind', Buffer.concat([bytes, Buffer.alloc(1)]), 'trailing_bytes'],
  ] as const)('%s, are refused', (_, wrong, code) => {
    expect(faultOf(() => decodeMessage('AuthorisationResponse', wrong))).toBe(code);
  });
});

describe('a message that does not fit its schema', () => {
  it('is refused by the name of the field, without its value', () => {
    const wrong = { ...sample('AuthorisationRequest', 'bare'), request_id: '\ud800 5555555555554444' };
    expect(faultOf(() => encodeMessage('AuthorisationRequest', wrong))).toBe('ill_formed_text');
    expect(() => encodeMessage('AuthorisationRequest', wrong)).toThrow('AuthorisationRequest.request_id');
    expect(() => encodeMessage('AuthorisationRequest', wrong)).not.toThrow('5555');
  });
});
