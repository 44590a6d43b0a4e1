import type { Type } from 'avsc';
import { EncodingError } from './errors.js';

/** One buffer that all encoding of this thread writes into, grown when a value does not fit. */
let scratch = Buffer.allocUnsafeSlow(16 * 1024);

/**
 * Writes `header` and the value behind it, and copies both out.
 * @throws EncodingError naming the first field that does not fit its schema, never its value
 */
export function writeValue(type: Type, value: object, header: Uint8Array, what: string): Buffer {
  for (;;) {
    scratch.set(header);
    const end = tryWrite(type, value, header.length, what);
    if (end >= 0) return copyOut(end);
    scratch = Buffer.allocUnsafeSlow(2 * scratch.length - end);
  }
}

function tryWrite(type: Type, value: object, start: number, what: string): number {
  try {
    return type.encode(value, scratch, start);
  } catch {
    throw faultOf(type, value, what); // avsc's own message quotes the value, which may be personal
  }
}

function copyOut(end: number): Buffer {
  const bytes = Buffer.allocUnsafe(end);
  scratch.copy(bytes, 0, 0, end);
  return bytes;
}

function faultOf(type: Type, value: object, what: string): EncodingError {
  let fault: EncodingError | undefined;
  type.isValid(value, {
    errorHook: (path, found: unknown, expected) => {
      fault ??= describe(`${what}.${path.join('.')}`, found, expected.typeName);
    },
  });
  return fault ?? new EncodingError('invalid_value', `${what}: does not fit its schema`);
}

function describe(field: string, found: unknown, expected: string): EncodingError {
  if (expected === 'long' && typeof found === 'bigint') {
    return new EncodingError('out_of_range', `${field}: beyond 64 bits`);
  }
  if (expected === 'string' && typeof found === 'string') {
    return new EncodingError('ill_formed_text', `${field}: has a lone surrogate`);
  }
  return new EncodingError('invalid_value', `${field}: not a valid ${expected}`);
}
