// Which variant of a union a value is. Needed wherever variants differ in how they are copied or written.

import { KindGuard, type TObject, type TSchema, type TUnion } from '@sinclair/typebox';
import { TypeCompiler } from '@sinclair/typebox/compiler';

/** How the variants of a union are told apart on the wire. */
export type UnionShape =
  /** Each variant is plain JSON as it is. */
  | { readonly kind: 'as-is' }
  /** Objects with a literal property of their own value each; `null` may be one of the variants. */
  | { readonly kind: 'discriminated'; readonly property: string; readonly variantOf: ReadonlyMap<unknown, number> }
  /** One variant beside null. */
  | { readonly kind: 'nullable'; readonly variant: number }
  /** Anything else: the variant's index is written beside the value. */
  | { readonly kind: 'numbered' };

/** Whether a value of this schema and its JSON are the same thing. */
export function isJsonScalar(schema: TSchema): boolean {
  return (
    KindGuard.IsString(schema) ||
    KindGuard.IsNumber(schema) ||
    KindGuard.IsInteger(schema) ||
    KindGuard.IsBoolean(schema) ||
    KindGuard.IsNull(schema) ||
    (KindGuard.IsLiteral(schema) && typeof schema.const !== 'bigint') ||
    (KindGuard.IsUnion(schema) && schema.anyOf.every(isJsonScalar))
  );
}

export function shapeOf(union: TUnion): UnionShape {
  if (union.anyOf.every(isJsonScalar)) return { kind: 'as-is' };
  const rest = union.anyOf.flatMap((schema, variant) => (KindGuard.IsNull(schema) ? [] : [{ schema, variant }]));
  const [only] = rest;
  if (only !== undefined && rest.length === 1) return { kind: 'nullable', variant: only.variant };

  const objects = rest.flatMap(({ schema, variant }) => (KindGuard.IsObject(schema) ? [{ schema, variant }] : []));
  if (objects.length === rest.length) {
    for (const property of Object.keys(objects[0]?.schema.properties ?? {})) {
      const variantOf = discriminatedBy(property, objects);
      if (variantOf !== undefined) return { kind: 'discriminated', property, variantOf };
    }
  }
  return { kind: 'numbered' };
}

function discriminatedBy(property: string, objects: readonly { schema: TObject; variant: number }[]) {
  const variantOf = new Map<unknown, number>();
  for (const { schema, variant } of objects) {
    for (const literal of literalsOf(schema.properties[property])) {
      if (literal === undefined || variantOf.has(literal)) return undefined;
      variantOf.set(literal, variant);
    }
  }
  return variantOf;
}

/** The values of a literal or of a union of literals; [undefined] for anything else. */
function literalsOf(schema: TSchema | undefined): readonly unknown[] {
  if (schema === undefined || KindGuard.IsOptional(schema)) return [undefined];
  if (KindGuard.IsLiteral(schema)) return typeof schema.const === 'bigint' ? [undefined] : [schema.const];
  if (KindGuard.IsUnion(schema)) return schema.anyOf.flatMap(literalsOf);
  return [undefined];
}

/** A function from a valid value to the index of its variant; −1 where it fits none. */
export function variantSelector(union: TUnion): (value: unknown) => number {
  const shape = shapeOf(union);
  const nullVariant = union.anyOf.findIndex((schema) => KindGuard.IsNull(schema));
  switch (shape.kind) {
    case 'as-is':
      return () => 0;
    case 'nullable':
      return (value) => (value === null ? nullVariant : shape.variant);
    case 'discriminated':
      return (value) => {
        if (value === null) return nullVariant;
        if (typeof value !== 'object') return -1;
        return shape.variantOf.get(Reflect.get(value, shape.property)) ?? -1;
      };
    case 'numbered': {
      const checks = union.anyOf.map((schema) => TypeCompiler.Compile(schema));
      return (value) => checks.findIndex((check) => check.Check(value));
    }
  }
}
