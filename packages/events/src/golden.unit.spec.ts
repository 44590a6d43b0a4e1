import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { EventCodec } from './codec.js';
import { catalogue, type ReleasedSchema } from './generated/catalogue.js';
import { messageCatalogue } from './generated/messages.js';
import { type SampleKind, sampleOf } from './golden/sample.js';
import { decodeMetadata, encodeMetadata } from './metadata.js';

const golden: Record<string, Record<SampleKind, string> | undefined> = JSON.parse(
  readFileSync(new URL('./golden/golden.json', import.meta.url), 'utf8'),
);
const codec = new EventCodec(catalogue);
const events = catalogue.filter((released) => released.aggregate !== 'metadata');
const cases = events.flatMap((released) => (['full', 'bare'] as const).map((kind) => ({ released, kind })));

function key({ name, version }: ReleasedSchema): string {
  return `${name}.v${version}`;
}

function sample({ schema, name }: ReleasedSchema, kind: SampleKind): { type: string } {
  return Object.assign({ type: name }, sampleOf(JSON.parse(schema), kind));
}

function goldenBytes(released: ReleasedSchema, kind: SampleKind): Buffer {
  return Buffer.from(golden[key(released)]?.[kind] ?? '', 'hex');
}

describe('the golden bytes', () => {
  it('cover every released version, and no bytes were dropped', () => {
    expect(Object.keys(golden).sort()).toEqual([...catalogue, ...messageCatalogue].map(key).sort());
  });

  it.each(cases.map(({ released, kind }) => [key(released), kind, released] as const))(
    'of %s (%s) can still be read',
    (_name, kind, released) => {
      expect(codec.decode(goldenBytes(released, kind)).type).toBe(released.name);
    },
  );

  it.each(
    cases
      .filter(({ released }) => released.version === codec.schemaVersionOf(released.name))
      .map(({ released, kind }) => [key(released), kind, released] as const),
  )('of %s (%s), the newest version, mean the sample and are those that we write', (_name, kind, released) => {
    expect(codec.decode(goldenBytes(released, kind))).toEqual(sample(released, kind));
    expect(codec.encode(sample(released, kind)).toString('hex')).toBe(golden[key(released)]?.[kind]);
  });

  it.each(
    cases
      .filter(({ released }) => released.version < codec.schemaVersionOf(released.name))
      .map(({ released, kind }) => [key(released), kind, released] as const),
  )('of %s (%s), an older version, still say what they said', (_name, kind, released) => {
    expect(codec.decode(goldenBytes(released, kind))).toMatchObject(sample(released, kind));
  });

  it.each(['full', 'bare'] as const)('of the metadata (%s) are read and written alike', (kind) => {
    const [released] = catalogue.filter((schema) => schema.aggregate === 'metadata');
    if (released === undefined) throw new Error('no metadata schema');
    const metadata = decodeMetadata(goldenBytes(released, kind));
    expect(metadata).toEqual(sampleOf(JSON.parse(released.schema), kind));
    expect(encodeMetadata(metadata).toString('hex')).toBe(golden[key(released)]?.[kind]);
  });
});
