import { describe, expect, it } from '@jest/globals';
import avro from 'avsc';
import { canonicalForm, crc64Avro, fingerprintOf, formatFingerprint } from './fingerprint.js';
import { catalogue } from './generated/catalogue.js';

// The signed numbers of Apache Avro's share/test/data/schema-tests.txt.
const PUBLISHED: readonly (readonly [string, bigint])[] = [
  ['"null"', 7195948357588979594n],
  ['{"type":"null"}', 7195948357588979594n],
  ['"boolean"', -6970731678124411036n],
  ['"int"', 8247732601305521295n],
  ['"long"', -3434872931120570953n],
  ['"string"', -8142146995180207161n],
  ['["int","boolean"]', 5392556393470105090n],
  ['{"type":"fixed","name":"foo","size":15}', 1756455273707447556n],
];

describe('the CRC-64-AVRO fingerprint', () => {
  it.each(PUBLISHED)('of %s is the published one', (schema, expected) => {
    const { low, high } = fingerprintOf(JSON.parse(schema));
    expect(BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low))).toBe(expected);
  });

  it('reads as 16 hex digits, leading zeros kept', () => {
    expect(formatFingerprint(fingerprintOf('string'))).toBe('8f014872634503c7');
    expect(formatFingerprint({ low: 1, high: 0 })).toBe('0000000000000001');
  });

  it('of no text is the empty fingerprint', () => {
    expect(formatFingerprint(crc64Avro(''))).toBe('c15d213aa4d7a795');
  });
});

describe('the parsing canonical form', () => {
  it('leaves out what does not change the bytes and spells names out', () => {
    const money = {
      type: 'record',
      name: 'Money',
      doc: 'x',
      fields: [{ name: 'amount', type: { type: 'long', tsType: 'Minor' } }],
    };
    const schema = {
      type: 'record',
      namespace: 'bank',
      name: 'Paid',
      fields: [
        { name: 'first', type: money, doc: 'y' },
        { name: 'then', type: ['null', 'Money'], default: null },
      ],
    };
    expect(canonicalForm(schema)).toBe(
      '{"name":"bank.Paid","type":"record","fields":[{"name":"first","type":{"name":"bank.Money","type":"record",' +
        '"fields":[{"name":"amount","type":"long"}]}},{"name":"then","type":["null","bank.Money"]}]}',
    );
  });

  it.each(catalogue.map((released) => [`${released.name}.v${released.version}`, released.schema]))(
    'of %s is the one that avsc makes',
    (_name, text) => {
      const schema = JSON.parse(text);
      expect(canonicalForm(schema)).toBe(JSON.stringify(avro.Type.forSchema(schema, { registry: {} }).schema()));
    },
  );
});
