import type { typeOf } from './avro-types.js';
import type { AvroSchema, Fingerprint } from './fingerprint.js';
import { fingerprintOf } from './fingerprint.js';
import type { ReleasedSchema } from './generated/catalogue.js';

/** Of the single-object encoding: the marker C3 01 and the fingerprint. */
export const HEADER_BYTES = 10;

/** What stands before every value of the schema: C3 01 and its fingerprint, little-endian. */
export function headerOf({ low, high }: Fingerprint): Buffer {
  const header = Buffer.from([0xc3, 0x01, 0, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32LE(low, 2);
  header.writeUInt32LE(high, 6);
  return header;
}

/** A released version of an event's schema, found again by the fingerprint in front of its bytes. */
export interface WriterSchema {
  readonly name: string;
  readonly version: number;
  readonly schema: RecordSchema;
  readonly fingerprint: Fingerprint;
}

/** A record schema as avsc takes it. */
export interface RecordSchema {
  type: 'record';
  name: string;
  fields: { name: string; type: Parameters<typeof typeOf>[0] }[];
}

/** All released schemas, by fingerprint and by name. */
export class SchemaIndex {
  /** By the low half of the fingerprint, as a signed number: those stay small integers, so a lookup allocates nothing. */
  readonly #byLow = new Map<number, WriterSchema>();
  readonly #newest = new Map<string, WriterSchema>();

  /** @throws Error where two schemas can't be told apart by half of their fingerprints */
  constructor(released: readonly ReleasedSchema[]) {
    for (const { name, version, schema: text } of released) {
      const schema: RecordSchema & AvroSchema = JSON.parse(text);
      const writer = { name, version, schema, fingerprint: fingerprintOf(schema) };
      const low = writer.fingerprint.low | 0;
      const twin = this.#byLow.get(low);
      if (twin) throw new Error(`${name}.v${version} and ${twin.name}.v${twin.version} share half of a fingerprint`);
      this.#byLow.set(low, writer);
      if ((this.#newest.get(name)?.version ?? 0) < version) this.#newest.set(name, writer);
    }
  }

  /** The newest version of a schema; undefined where the name is unknown. */
  newest(name: string): WriterSchema | undefined {
    return this.#newest.get(name);
  }

  /** Every version of every schema. */
  all(): readonly WriterSchema[] {
    return [...this.#byLow.values()];
  }

  /** The schema that a single-object encoding was written with; undefined where it is none of ours. */
  writerOf(payload: Uint8Array): WriterSchema | undefined {
    if (payload[0] !== 0xc3 || payload[1] !== 0x01) return undefined;
    const writer = this.#byLow.get(int32At(payload, 2));
    return writer !== undefined && int32At(payload, 6) === (writer.fingerprint.high | 0) ? writer : undefined;
  }
}

/** Little-endian; bytes beyond the end count as zero. */
function int32At(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
}
