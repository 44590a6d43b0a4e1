// Values as JSON and back, driven by the schema, so that a string that looks like a number or like bytes stays a string.
//   bigint      "123n"
//   Uint8Array  base64
//   union       as it is where a literal property or null tells the variant, else {"variant": index, "value": …}
// The rest is plain JSON. Adding a variant at the end of a union or an optional property keeps old readers working.

import { KindGuard, type TObject, type TSchema, type TUnion } from '@sinclair/typebox';
import { ContractViolation } from './contract-violation.js';
import { isJsonScalar, shapeOf, variantSelector } from './unions.js';

export interface Wire {
  /** @param value one that passed the schema's check */
  write(value: unknown): unknown;
  /** @throws ContractViolation at the first place that can't be read; the result must still pass the schema's check */
  read(json: unknown, path: string): unknown;
}

const AS_IS: Wire = { write: (value) => value, read: (json) => json };

// An Avro long has 19 digits. Far beyond that, parsing is work that a hostile caller must not get for free.
const BIGINT = /^-?\d{1,40}n$/;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

const BIGINTS: Wire = {
  write: (value) => `${String(value)}n`,
  read: (json, path) => {
    if (typeof json !== 'string' || !BIGINT.test(json))
      throw new ContractViolation(path, 'expected an integer as "123n"');
    return BigInt(json.slice(0, -1));
  },
};

const BYTES: Wire = {
  write: (value) => {
    if (!(value instanceof Uint8Array)) throw new ContractViolation('', 'expected bytes');
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
  },
  read: (json, path) => {
    if (typeof json !== 'string' || !BASE64.test(json)) throw new ContractViolation(path, 'expected bytes in base64');
    return new Uint8Array(Buffer.from(json, 'base64'));
  },
};

/** Compiles once what to do at each place of the schema; see the head of this file for the forms. */
export function compileWire(schema: TSchema): Wire {
  if (isJsonScalar(schema)) return AS_IS;
  if (KindGuard.IsBigInt(schema) || KindGuard.IsLiteral(schema)) return BIGINTS;
  if (KindGuard.IsUint8Array(schema)) return BYTES;
  if (KindGuard.IsObject(schema)) return objectWire(schema);
  if (KindGuard.IsUnion(schema)) return unionWire(schema);
  if (KindGuard.IsArray(schema)) return arrayWire(compileWire(schema.items));
  if (KindGuard.IsTuple(schema)) return tupleWire((schema.items ?? []).map(compileWire));
  if (KindGuard.IsRecord(schema)) {
    const [values] = Object.values(schema.patternProperties);
    if (values !== undefined) return recordWire(compileWire(values));
  }
  throw new Error(`a contract can't carry ${String(schema.type ?? 'this schema')}: use plain data`);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asArray(value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new ContractViolation(path, 'expected an array');
  return value;
}

function objectWire(schema: TObject): Wire {
  const properties = Object.entries(schema.properties).map(
    ([name, property]) => [name, compileWire(property)] as const,
  );
  const convert = (from: object, at: (wire: Wire, name: string, value: unknown) => unknown) => {
    const to: Record<string, unknown> = {};
    for (const [name, wire] of properties) {
      // Own properties only: a missing `constructor` must not be found on the prototype.
      const value = Object.hasOwn(from, name) ? Reflect.get(from, name) : undefined;
      if (value !== undefined) to[name] = at(wire, name, value);
    }
    return to;
  };
  return {
    write: (value) => (isObject(value) ? convert(value, (wire, _name, part) => wire.write(part)) : value),
    read: (json, path) => {
      if (!isObject(json)) throw new ContractViolation(path, 'expected an object');
      return convert(json, (wire, name, part) => wire.read(part, `${path}/${name}`));
    },
  };
}

function arrayWire(item: Wire): Wire {
  if (item === AS_IS) return AS_IS;
  return {
    write: (value) => asArray(value, '').map((part) => item.write(part)),
    read: (json, path) => asArray(json, path).map((part, index) => item.read(part, `${path}/${index}`)),
  };
}

function tupleWire(items: readonly Wire[]): Wire {
  const wireAt = (index: number) => items[index] ?? AS_IS;
  return {
    write: (value) => asArray(value, '').map((part, index) => wireAt(index).write(part)),
    read: (json, path) => asArray(json, path).map((part, index) => wireAt(index).read(part, `${path}/${index}`)),
  };
}

function recordWire(values: Wire): Wire {
  if (values === AS_IS) return AS_IS;
  const convert = (from: object, at: (key: string, value: unknown) => unknown) =>
    Object.fromEntries(Object.entries(from).map(([key, value]) => [key, at(key, value)]));
  return {
    write: (value) => (isObject(value) ? convert(value, (_key, part) => values.write(part)) : value),
    read: (json, path) => {
      if (!isObject(json)) throw new ContractViolation(path, 'expected an object');
      return convert(json, (key, part) => values.read(part, `${path}/${key}`));
    },
  };
}

function unionWire(schema: TUnion): Wire {
  const shape = shapeOf(schema);
  if (shape.kind === 'as-is') return AS_IS;
  const select = variantSelector(schema);
  const variants = schema.anyOf.map(compileWire);
  const variantAt = (index: unknown, path: string): Wire => {
    const wire = typeof index === 'number' ? variants[index] : undefined;
    if (wire === undefined) throw new ContractViolation(path, 'expected one of the known variants');
    return wire;
  };
  if (shape.kind === 'numbered') {
    return {
      write: (value) => {
        const variant = select(value);
        return { variant, value: variantAt(variant, '').write(value) };
      },
      read: (json, path) => {
        if (!isObject(json)) throw new ContractViolation(path, 'expected {variant, value}');
        return variantAt(Reflect.get(json, 'variant'), path).read(Reflect.get(json, 'value'), path);
      },
    };
  }
  // Literals are written as they are, so the same selector reads a value and its JSON.
  return {
    write: (value) => variantAt(select(value), '').write(value),
    read: (json, path) => variantAt(select(json), path).read(json, path),
  };
}
