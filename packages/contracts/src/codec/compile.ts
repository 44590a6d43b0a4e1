// Everything that a schema is needed for at run time, compiled once at the start.

import type { TSchema } from '@sinclair/typebox';
import { TypeCompiler } from '@sinclair/typebox/compiler';
import type { Method } from '../contract.js';
import { ContractViolation } from './contract-violation.js';
import { type Copy, compileCopy } from './copy.js';
import { compileWire } from './wire.js';

export interface MessageCodec {
  /** A few comparisons per property; no schema library runs. */
  readonly isValid: (value: unknown) => boolean;
  /** Copies a valid value; the copy shares nothing with it and holds only what the contract names. */
  readonly copy: Copy;
  /** What is wrong with a value that `isValid` refused. */
  violation(value: unknown): ContractViolation;
  /** UTF-8 JSON. @throws ContractViolation */
  encode(value: unknown): Uint8Array;
  /** A value that passed the check. @throws ContractViolation for anything else, broken JSON included */
  decode(bytes: Uint8Array): unknown;
}

export interface MethodCodec {
  readonly request: MessageCodec;
  readonly response: MessageCodec;
}

const compiled = new WeakMap<Method, MethodCodec>();

/** The codec of a method, compiled at the first use and kept for as long as the method. */
export function codecOf(method: Method): MethodCodec {
  const known = compiled.get(method);
  if (known !== undefined) return known;
  const codec = { request: compileMessage(method.request), response: compileMessage(method.response) };
  compiled.set(method, codec);
  return codec;
}

export function compileMessage(schema: TSchema): MessageCodec {
  const check = TypeCompiler.Compile(schema);
  const wire = compileWire(schema);
  const encoder = new TextEncoder();
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const violation = (value: unknown) => {
    const error = check.Errors(value).First();
    return new ContractViolation(error?.path ?? '', error?.message ?? 'does not fit the contract');
  };
  const valid = (value: unknown) => {
    if (!check.Check(value)) throw violation(value);
    return value;
  };
  return {
    isValid: (value) => check.Check(value),
    copy: compileCopy(schema),
    violation,
    encode: (value) => encoder.encode(JSON.stringify(wire.write(valid(value)))),
    decode: (bytes) => valid(wire.read(parse(decoder, bytes), '')),
  };
}

function parse(decoder: InstanceType<typeof TextDecoder>, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch {
    throw new ContractViolation('', 'expected UTF-8 JSON');
  }
}
