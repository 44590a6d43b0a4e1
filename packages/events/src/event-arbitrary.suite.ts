import fc from 'fast-check';

type Schema = string | readonly Schema[] | { readonly [attribute: string]: unknown };

/** Any value of a record schema, as the codec takes and gives it: edges of ranges and text of every kind included. */
export function arbitraryOf(schema: { readonly [attribute: string]: unknown }): fc.Arbitrary<object> {
  return recordOf(schema, new Map());
}

function recordOf(schema: { readonly [attribute: string]: unknown }, named: Map<string, Schema>): fc.Arbitrary<object> {
  const { fields, name } = schema;
  if (!Array.isArray(fields)) throw new Error('a record without fields');
  named.set(String(name), schema);
  // Prototype-less records would differ from what the codec gives only by their prototype.
  return fc.record(Object.fromEntries(fields.map((field) => [field.name, arbitraryValue(field.type, named)])), {
    noNullPrototype: true,
  });
}

function arbitraryValue(schema: Schema, named: Map<string, Schema>): fc.Arbitrary<unknown> {
  if (typeof schema === 'string') return primitiveOf(schema, named);
  if (isUnion(schema)) return fc.oneof(...schema.map((branch) => arbitraryValue(branch, named)));
  switch (schema.type) {
    case 'record':
      return recordOf(schema, named);
    case 'enum':
      if (!Array.isArray(schema.symbols)) throw new Error('an enum without symbols');
      named.set(String(schema.name), schema);
      return fc.constantFrom(...schema.symbols);
    case 'array':
      return fc.array(arbitraryValue(inner(schema.items), named), { maxLength: 4 });
    default:
      return arbitraryValue(inner(schema.type), named);
  }
}

function primitiveOf(type: string, named: Map<string, Schema>): fc.Arbitrary<unknown> {
  switch (type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'int':
      return fc.integer();
    case 'long':
      return fc.oneof(
        fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
        fc.bigInt(-(2n ** 54n), 2n ** 54n),
        fc.bigInt(-200n, 200n),
      );
    case 'string':
      return fc.oneof(fc.string({ unit: 'binary', maxLength: 80 }), fc.string({ maxLength: 30 }));
    case 'bytes':
      return fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes));
    default:
      return arbitraryValue(named.get(type) ?? inner(undefined), named);
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
