// A value for any schema, always the same one: the golden bytes are those of these samples, so what this file makes never
// changes. Imports nothing, so that scripts can load it without a build.

export type SampleKind =
  /** Everything present, numbers at their limits, text that is not ASCII. */
  | 'full'
  /** Everything absent, empty or zero. */
  | 'bare';

type Schema = string | readonly Schema[] | { readonly [attribute: string]: unknown };
type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly Value[]
  | { readonly [name: string]: Value };

const LONGS = [1n, -1n, 64n, -65n, 1718000000123456n, -(2n ** 53n) - 1n, 2n ** 55n - 1n, 2n ** 63n - 1n, -(2n ** 63n)];
const INTS = [1, -1, 2147483647, -2147483648];

/** @throws Error where the schema names a type that it does not define before */
export function sampleOf(schema: Schema, kind: SampleKind): Value {
  return new SampleMaker(kind).make(schema, 'value');
}

class SampleMaker {
  readonly #named = new Map<string, Schema>();
  readonly #kind: SampleKind;
  #made = 0;

  constructor(kind: SampleKind) {
    this.#kind = kind;
  }

  make(schema: Schema, name: string): Value {
    if (typeof schema === 'string') return this.#primitive(schema, name);
    if (isUnion(schema)) return this.make(schema[this.#kind === 'full' ? schema.length - 1 : 0] ?? 'null', name);
    if (typeof schema.name === 'string' && typeof schema.type === 'string') this.#named.set(schema.name, schema);
    switch (schema.type) {
      case 'record':
        return this.#record(schema.fields);
      case 'enum':
        return this.#symbol(schema.symbols);
      case 'array':
        return this.#kind === 'full'
          ? [this.make(inner(schema.items), name), this.make(inner(schema.items), name)]
          : [];
      case 'map':
        return this.#kind === 'full' ? { key: this.make(inner(schema.values), name) } : {};
      default:
        return this.make(inner(schema.type), name);
    }
  }

  #record(fields: unknown): Value {
    if (!Array.isArray(fields)) throw new Error('a record without fields');
    const record: { [name: string]: Value } = {};
    for (const field of fields) record[String(field.name)] = this.make(inner(field.type), String(field.name));
    return record;
  }

  #symbol(symbols: unknown): Value {
    if (!Array.isArray(symbols)) throw new Error('an enum without symbols');
    return String(symbols.at(this.#kind === 'full' ? -1 : 0));
  }

  #primitive(type: string, name: string): Value {
    const full = this.#kind === 'full';
    const turn = this.#made++;
    switch (type) {
      case 'null':
        return null;
      case 'boolean':
        return full;
      case 'int':
        return full ? (INTS[turn % INTS.length] ?? 0) : 0;
      case 'long':
        return full ? (LONGS[turn % LONGS.length] ?? 0n) : 0n;
      case 'string':
        return full ? `${name} £€😀 ${turn}`.repeat(turn % 5 === 4 ? 5 : 1) : '';
      case 'bytes':
        return full ? Buffer.from([0, 1, 127, 128, 255]) : Buffer.alloc(0);
      default:
        return this.#reference(type, name);
    }
  }

  #reference(type: string, name: string): Value {
    const schema = this.#named.get(type.slice(type.lastIndexOf('.') + 1));
    if (schema === undefined) throw new Error(`${type} is not defined`);
    return this.make(schema, name);
  }
}

function isUnion(schema: Schema): schema is readonly Schema[] {
  return Array.isArray(schema);
}

function inner(schema: unknown): Schema {
  if (typeof schema === 'string' || Array.isArray(schema)) return schema;
  if (typeof schema === 'object' && schema !== null) return { ...schema };
  throw new Error('not a schema');
}
