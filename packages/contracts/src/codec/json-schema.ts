// What a message looks like on the wire, as JSON Schema (the dialect of OpenAPI 3.1). Says the same as wire.ts.

import { KindGuard, type TSchema } from '@sinclair/typebox';
import { isJsonScalar, shapeOf } from './unions.js';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** The JSON Schema of a message of a contract, as it is written by `encode`. */
export function jsonSchemaOf(schema: TSchema): JsonSchema {
  const description = schema.description === undefined ? {} : { description: schema.description };
  return { ...wireSchemaOf(schema), ...description };
}

function wireSchemaOf(schema: TSchema): JsonSchema {
  // Only the JSON keywords are own string keys; TypeBox's marks are symbols and vanish here.
  if (isJsonScalar(schema)) return JSON.parse(JSON.stringify(schema));
  if (KindGuard.IsBigInt(schema)) return { type: 'string', pattern: '^-?[0-9]{1,40}n$' };
  if (KindGuard.IsLiteral(schema)) return { type: 'string', const: `${String(schema.const)}n` };
  if (KindGuard.IsUint8Array(schema)) return { type: 'string', contentEncoding: 'base64' };
  if (KindGuard.IsArray(schema)) {
    const { minItems, maxItems } = schema;
    return {
      type: 'array',
      items: jsonSchemaOf(schema.items),
      ...(minItems === undefined ? {} : { minItems }),
      ...(maxItems === undefined ? {} : { maxItems }),
    };
  }
  if (KindGuard.IsTuple(schema)) {
    const items = schema.items ?? [];
    return { type: 'array', prefixItems: items.map(jsonSchemaOf), minItems: items.length, maxItems: items.length };
  }
  if (KindGuard.IsObject(schema)) {
    const properties = Object.entries(schema.properties).map(([name, part]) => [name, jsonSchemaOf(part)]);
    return { type: 'object', required: schema.required ?? [], properties: Object.fromEntries(properties) };
  }
  if (KindGuard.IsRecord(schema)) {
    const [values] = Object.values(schema.patternProperties);
    return { type: 'object', additionalProperties: values === undefined ? true : jsonSchemaOf(values) };
  }
  if (KindGuard.IsUnion(schema)) {
    const variants = schema.anyOf.map(jsonSchemaOf);
    if (shapeOf(schema).kind !== 'numbered') return { anyOf: variants };
    return {
      anyOf: variants.map((value, variant) => ({
        type: 'object',
        required: ['variant', 'value'],
        properties: { variant: { const: variant }, value },
      })),
    };
  }
  throw new Error(`a contract can't carry ${String(schema.type ?? 'this schema')}: use plain data`);
}
