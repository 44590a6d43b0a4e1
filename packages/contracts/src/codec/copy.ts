// A copy that shares nothing with the original. Written as JavaScript source from the schema (as TypeBox's compiler writes its
// checks), because a loop over property names costs ten times as much and this runs twice in every call.

import { KindGuard, type TObject, type TSchema, type TUnion } from '@sinclair/typebox';
import { isJsonScalar, variantSelector } from './unions.js';

export type Copy = (value: unknown) => unknown;

/**
 * Compiles a copier for values that already passed the schema's check. Properties that the schema doesn't name are left
 * out, as they are on the wire: a newer caller may send more than an older callee knows.
 * @throws where the schema holds something that can't be sent, such as a function or a Date
 */
export function compileCopy(schema: TSchema): Copy {
  const source = new CopySource();
  const body = source.expression(schema, 'value');
  const factory = new Function(
    'select',
    'copyRecord',
    `${source.functions.join('\n')}\nreturn function copy(value) { return ${body}; };`,
  );
  return factory(source.selectors, copyRecord);
}

function copyRecord(record: Readonly<Record<string, unknown>>, copy: Copy): unknown {
  // fromEntries defines properties, so a key such as __proto__ stays an ordinary key.
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, copy(value)]));
}

class CopySource {
  readonly functions: string[] = [];
  readonly selectors: ((value: unknown) => number)[] = [];

  /** An expression that copies what the expression `from` gives; `from` must be cheap, as it may occur twice. */
  expression(schema: TSchema, from: string): string {
    if (isJsonScalar(schema) || KindGuard.IsBigInt(schema) || KindGuard.IsLiteral(schema)) return from;
    if (KindGuard.IsUint8Array(schema)) return `new Uint8Array(${from})`;
    if (KindGuard.IsObject(schema)) return `${this.object(schema)}(${from})`;
    if (KindGuard.IsUnion(schema)) return `${this.union(schema)}(${from})`;
    if (KindGuard.IsArray(schema)) {
      const item = this.expression(schema.items, 'item');
      return item === 'item' ? `${from}.slice()` : `${from}.map((item) => ${item})`;
    }
    if (KindGuard.IsTuple(schema)) {
      return `[${(schema.items ?? []).map((item, index) => this.expression(item, `${from}[${index}]`)).join(', ')}]`;
    }
    if (KindGuard.IsRecord(schema)) {
      const [values] = Object.values(schema.patternProperties);
      if (values !== undefined) return `copyRecord(${from}, (item) => ${this.expression(values, 'item')})`;
    }
    throw new Error(`a contract can't carry ${String(schema.type ?? 'this schema')}: use plain data`);
  }

  private object(schema: TObject): string {
    const required: string[] = [];
    const optional: string[] = [];
    for (const [property, propertySchema] of Object.entries(schema.properties)) {
      if (property === '__proto__') throw new Error('a contract has no property called __proto__');
      const key = JSON.stringify(property);
      const copied = this.expression(propertySchema, `value[${key}]`);
      if (KindGuard.IsOptional(propertySchema)) {
        optional.push(`if (value[${key}] !== undefined) copied[${key}] = ${copied};`);
      } else {
        required.push(`${key}: ${copied}`);
      }
    }
    return this.define(`const copied = { ${required.join(', ')} }; ${optional.join(' ')} return copied;`);
  }

  private union(schema: TUnion): string {
    const selector = this.selectors.push(variantSelector(schema)) - 1;
    const cases = schema.anyOf.map((variant, index) => `case ${index}: return ${this.expression(variant, 'value')};`);
    return this.define(`switch (select[${selector}](value)) { ${cases.join(' ')} } return value;`);
  }

  private define(body: string): string {
    const name = `copy${this.functions.length}`;
    this.functions.push(`function ${name}(value) { ${body} }`);
    return name;
  }
}
