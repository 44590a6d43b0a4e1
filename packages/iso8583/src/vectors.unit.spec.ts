// Messages that other programs wrote. They are no part of the repository.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe as about, expect, it } from '@jest/globals';
import { compile, type FieldValue, isSubelements, jpos1987, nao1215, tallystick } from './index.js';

const RECORDED = fileURLToPath(new URL('../../../../shared/data/iso8583/vectors.json', import.meta.url));

interface Vector {
  readonly source: string;
  readonly hex: string;
  readonly fields: Readonly<Record<string, string>>;
}

const hasVectors = existsSync(RECORDED);
if (!hasVectors) process.stderr.write('SKIPPED: the recorded ISO 8583 messages are not on this machine\n');
const vectors: readonly Vector[] = hasVectors ? JSON.parse(readFileSync(RECORDED, 'utf8')) : [];
const isOfJpos = ({ source }: Vector) => source.startsWith('tilln/');
const codecs = { jpos: compile(jpos1987), nao: compile(nao1215) };

/** Fields by path, binary ones in hexadecimal digits. */
function flat(value: FieldValue | undefined, path: string): [string, string][] {
  if (isSubelements(value)) return value.flatMap((part) => flat(part.value, `${path}.${part.tag}`));
  if (value === undefined) return [];
  return [[path, typeof value === 'string' ? value : Buffer.from(value).toString('hex').toUpperCase()]];
}

/**
 * What tilln's sampler was told, or shows, is not what is on the wire: numbers without leading zeros, texts without
 * padding, and data element 55 by place, with gaps.
 */
function asRecordedByJpos(actual: [string, string][], expected: Vector['fields']): [string, string][] {
  const places = Object.keys(expected).filter((path) => path.startsWith('55.'));
  places.sort((a, b) => Number(a.slice(3)) - Number(b.slice(3)));
  return actual.map(([path, value]) => {
    const recordedPath = path.startsWith('55.') ? (places.shift() ?? path) : path;
    const recorded = expected[recordedPath] ?? '';
    const isSame = recorded.trim().padStart(value.length, '0') === value || recorded.trimEnd() === value.trimEnd();
    return [recordedPath, isSame ? recorded : value];
  });
}

(hasVectors ? about : about.skip)('recorded messages', () => {
  it('are fourteen', () => {
    expect(vectors).toHaveLength(14);
  });

  it.each(vectors.map((vector, index) => [index, vector.source, vector] as const))(
    '%i of %s decodes to its fields and encodes to its bytes',
    (_index, _source, vector) => {
      const codec = isOfJpos(vector) ? codecs.jpos : codecs.nao;
      const bytes = Buffer.from(vector.hex, 'hex');
      const message = codec.decode(bytes);
      const fields = Object.entries(message.fields).flatMap(([field, value]) => flat(value, field));
      const shown = isOfJpos(vector) ? asRecordedByJpos(fields, vector.fields) : fields;
      expect(Object.fromEntries([['0', message.mti], ...shown])).toEqual(vector.fields);
      expect(codec.encode(message).toString('hex')).toBe(vector.hex);
    },
  );

  it('with 128 bits of bitmap and bit 1 clear are for a dialect that says so only', () => {
    const bytes = Buffer.from(vectors.find((vector) => !isOfJpos(vector))?.hex ?? '', 'hex');
    expect(() => compile(tallystick).decode(bytes)).toThrow();
  });
});
