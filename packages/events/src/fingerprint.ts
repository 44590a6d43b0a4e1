// Parsing canonical form and CRC-64-AVRO, as the Avro specification defines them ("Parsing Canonical Form for Schemas",
// "Schema Fingerprints"). Imports nothing, so that scripts can load this file without a build; avsc has no Rabin fingerprint.

/** The JSON of an Avro schema, extra attributes (doc, default, tsType, logicalType) included. */
export type AvroSchema = string | readonly AvroSchema[] | { readonly [attribute: string]: unknown };

/** A 64-bit fingerprint as two unsigned 32-bit halves. */
export interface Fingerprint {
  readonly low: number;
  readonly high: number;
}

const PRIMITIVES = new Set(['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string']);
const EMPTY: Fingerprint = { low: 0xa4d7a795, high: 0xc15d213a };

/**
 * The schema with everything removed that does not change how bytes are read.
 * @throws Error where the schema has no type that Avro knows
 */
export function canonicalForm(schema: AvroSchema, namespace = ''): string {
  if (typeof schema === 'string') return JSON.stringify(PRIMITIVES.has(schema) ? schema : fullName(schema, namespace));
  if (isUnion(schema)) return `[${schema.map((branch) => canonicalForm(branch, namespace)).join(',')}]`;
  const { type } = schema;
  if (type === 'array') return `{"type":"array","items":${canonicalForm(child(schema, 'items'), namespace)}}`;
  if (type === 'map') return `{"type":"map","values":${canonicalForm(child(schema, 'values'), namespace)}}`;
  if (type === 'record' || type === 'enum' || type === 'fixed') return canonicalNamed(schema, type, namespace);
  return canonicalForm(child(schema, 'type'), namespace);
}

function canonicalNamed(schema: { readonly [attribute: string]: unknown }, type: string, outer: string): string {
  const space = typeof schema.namespace === 'string' ? schema.namespace : outer;
  const name = fullName(String(schema.name), space);
  const head = `{"name":${JSON.stringify(name)},"type":"${type}"`;
  if (type === 'enum') return `${head},"symbols":${JSON.stringify(schema.symbols)}}`;
  if (type === 'fixed') return `${head},"size":${String(schema.size)}}`;
  const inner = name.slice(0, Math.max(0, name.lastIndexOf('.')));
  const fields = recordFields(schema).map(
    (field) => `{"name":${JSON.stringify(field.name)},"type":${canonicalForm(field.type, inner)}}`,
  );
  return `${head},"fields":[${fields.join(',')}]}`;
}

interface RecordField {
  readonly name: string;
  readonly type: AvroSchema;
}

function recordFields(schema: { readonly [attribute: string]: unknown }): readonly RecordField[] {
  if (!Array.isArray(schema.fields)) throw new Error(`record ${String(schema.name)} has no fields`);
  return schema.fields;
}

function child(schema: { readonly [attribute: string]: unknown }, attribute: string): AvroSchema {
  const inner = schema[attribute];
  if (typeof inner === 'string') return inner;
  if (typeof inner !== 'object' || inner === null) throw new Error(`schema without ${attribute}`);
  return Array.isArray(inner) ? inner : { ...inner };
}

function isUnion(schema: AvroSchema): schema is readonly AvroSchema[] {
  return Array.isArray(schema);
}

function fullName(name: string, namespace: string): string {
  return name.includes('.') || namespace === '' ? name : `${namespace}.${name}`;
}

/** The table of the CRC, low and high halves apart: 32-bit arithmetic needs no BigInt. */
const TABLE = Array.from({ length: 256 }, (_, byte): Fingerprint => {
  let { low, high } = { low: byte, high: 0 };
  for (let bit = 0; bit < 8; bit++) {
    const odd = low & 1;
    low = (low >>> 1) | (high << 31);
    high >>>= 1;
    if (odd) {
      low ^= EMPTY.low;
      high ^= EMPTY.high;
    }
  }
  return { low: low >>> 0, high: high >>> 0 };
});

/** CRC-64-AVRO of a text's UTF-8 bytes. */
export function crc64Avro(text: string): Fingerprint {
  let { low, high } = EMPTY;
  for (const byte of new TextEncoder().encode(text)) {
    const step = TABLE[(low ^ byte) & 0xff] ?? EMPTY;
    low = ((low >>> 8) | (high << 24)) ^ step.low;
    high = (high >>> 8) ^ step.high;
  }
  return { low: low >>> 0, high: high >>> 0 };
}

export function fingerprintOf(schema: AvroSchema): Fingerprint {
  return crc64Avro(canonicalForm(schema));
}

/** 16 hex digits, the most significant first. */
export function formatFingerprint({ low, high }: Fingerprint): string {
  return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
}
