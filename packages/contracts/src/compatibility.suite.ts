// Whether services of two releases understand each other: they run side by side while one takes the other's place, and behind the edge's
// switch (docs/edge.md).
import { isDeepStrictEqual } from 'node:util';
import type { JsonSchema } from './codec/json-schema.js';

export interface WireMethod {
  readonly request: JsonSchema;
  readonly response: JsonSchema;
}

/** By `<service>.<method>`. */
export type WireMethods = Readonly<Record<string, WireMethod>>;

/**
 * A sentence for each thing by which a caller of the release before would fail at a service of this one. Not the other way round: services
 * come first, then those who call them.
 */
export function breachesOf(before: WireMethods, now: WireMethods): string[] {
  return Object.entries(before).flatMap(([name, { request, response }]) => {
    const method = now[name];
    if (method === undefined) return [`${name} is gone: services of the release before still call it`];
    return [
      ...refusals(method.request, request, `${name} request`),
      ...ignored(method.request, request, `${name} request`),
      ...refusals(response, method.response, `${name} response`),
    ];
  });
}

/** Where something that `sent` allows is refused by whom expects `expected`. */
function refusals(expected: JsonSchema, sent: JsonSchema, path: string): string[] {
  if (isDeepStrictEqual(expected, sent)) return [];
  const [wanted, given] = [variantsOf(expected), variantsOf(sent)];
  if (wanted.length > 1 || given.length > 1) {
    const refused = given.filter((variant) => wanted.every((one) => refusals(one, variant, path).length > 0));
    return refused.map((variant) => `${path}: ${JSON.stringify(variant).slice(0, 120)} is not understood`);
  }
  if ('const' in expected) return [`${path}: only ${JSON.stringify(expected.const)} is understood`];
  if (expected.type !== sent.type) return [`${path}: ${String(expected.type)} is expected, not ${String(sent.type)}`];
  if (expected.type === 'object') return refusalsInObject(expected, sent, path);
  return [...refusalsOfLimits(expected, sent, path), ...refusalsInItems(expected, sent, path)];
}

function refusalsInObject(expected: JsonSchema, sent: JsonSchema, path: string): string[] {
  const [wanted, given] = [propertiesOf(expected), propertiesOf(sent)];
  const always = new Set(requiredOf(sent));
  const missing = requiredOf(expected).filter((name) => !always.has(name));
  const values = [expected.additionalProperties, sent.additionalProperties];
  return [
    ...missing.map((name) => `${path}.${name} is needed, and may be left out`),
    ...Object.entries(wanted).flatMap(([name, part]) => {
      const other = given[name];
      return other === undefined ? [] : refusals(part, other, `${path}.${name}`);
    }),
    ...(values.every(isSchema) ? refusals(values[0] as JsonSchema, values[1] as JsonSchema, `${path}.*`) : []),
  ];
}

function refusalsInItems(expected: JsonSchema, sent: JsonSchema, path: string): string[] {
  const { items, prefixItems } = expected;
  if (!isDeepStrictEqual(prefixItems, sent.prefixItems)) return [`${path}: the tuple is another`];
  return isSchema(items) && isSchema(sent.items) ? refusals(items, sent.items, `${path}[]`) : [];
}

const AT_LEAST = ['minimum', 'minLength', 'minItems'];
const AT_MOST = ['maximum', 'maxLength', 'maxItems'];
const THE_SAME = ['pattern', 'format', 'contentEncoding', 'exclusiveMinimum', 'exclusiveMaximum'];

function refusalsOfLimits(expected: JsonSchema, sent: JsonSchema, path: string): string[] {
  const isTighter = (name: string) => {
    const [limit, other] = [expected[name], sent[name]];
    if (limit === undefined) return false;
    if (typeof limit !== 'number' || typeof other !== 'number') return limit !== other;
    if (AT_LEAST.includes(name)) return other < limit;
    return AT_MOST.includes(name) ? other > limit : other !== limit;
  };
  return [...AT_LEAST, ...AT_MOST, ...THE_SAME]
    .filter(isTighter)
    .map((name) => `${path}: ${name} is ${String(expected[name])}, and was ${String(sent[name])}`);
}

/** What callers still send, and nobody looks at any more. */
function ignored(expected: JsonSchema, sent: JsonSchema, path: string): string[] {
  const [wanted, given] = [variantsOf(expected), variantsOf(sent)];
  if (wanted.length > 1 || given.length > 1)
    return given.flatMap((variant) => {
      const all = wanted
        .filter((one) => refusals(one, variant, path).length === 0)
        .map((one) => ignored(one, variant, path));
      return all.sort((a, b) => a.length - b.length)[0] ?? [];
    });
  const inItems =
    isSchema(expected.items) && isSchema(sent.items) ? ignored(expected.items, sent.items, `${path}[]`) : [];
  const [fields, parts] = [propertiesOf(expected), propertiesOf(sent)];
  const inFields = Object.entries(parts).flatMap(([name, part]) => {
    const other = fields[name];
    return other === undefined
      ? [`${path}.${name} is not looked at any more`]
      : ignored(other, part, `${path}.${name}`);
  });
  return [...inItems, ...inFields];
}

function variantsOf(schema: JsonSchema): readonly JsonSchema[] {
  return Array.isArray(schema.anyOf) ? schema.anyOf.filter(isSchema).flatMap(variantsOf) : [schema];
}

function propertiesOf({ properties }: JsonSchema): Readonly<Record<string, JsonSchema>> {
  return isSchema(properties) ? (properties as Readonly<Record<string, JsonSchema>>) : {}; // as jsonSchemaOf writes them
}

function requiredOf({ required }: JsonSchema): readonly string[] {
  return Array.isArray(required) ? required : [];
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null;
}
