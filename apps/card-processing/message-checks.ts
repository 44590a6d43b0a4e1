// Messages against their schemas. The chassis checks bodies too, but names a wrong amount by its whole path (amount.amount), and the
// items of a batch one by one are not its business; both have the same codes through this.
import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { TypeCompiler, type ValueError, ValueErrorType } from '@sinclair/typebox/compiler';
import { idempotencyKeyFault } from '@tallystick/contracts';
import { badParam, missingParam, type Refusal, refusal } from './refusals.js';

/** A name that can be shown: ours are like this, and no card number is. */
const SAFE_NAME = /^[a-z_]{1,40}$/;

/** A function that gives back the value where it fits, else says what is wrong with it. */
export function checkOf<S extends TSchema>(schema: S): (value: unknown) => Static<S> | Refusal {
  const check = TypeCompiler.Compile(schema);
  return (value) => (check.Check(value) ? value : refusalOf(check.Errors(value).First()));
}

/** The same JSON schema for /openapi.json, which the chassis does not check against. */
export function describedBy(schema: TSchema): TSchema {
  return Type.Unknown(JSON.parse(JSON.stringify(schema)));
}

/** The key itself, or what is wrong with it. */
export function checkIdempotencyKey(key: string | readonly string[] | undefined): string | Refusal {
  const fault = idempotencyKeyFault(key);
  if (fault !== undefined) return refusal(400, fault.code, fault.message);
  return String(key);
}

function refusalOf(error: ValueError | undefined): Refusal {
  const names = (error?.path ?? '').split('/').slice(1);
  if (error === undefined || names.length === 0)
    return refusal(400, 'bad_request.bad_body', 'the body is not a JSON object');
  if (error.type === ValueErrorType.ObjectAdditionalProperties) return unknownField(names);
  const name = paramOf(names);
  return error.type === ValueErrorType.ObjectRequiredProperty
    ? missingParam(name)
    : badParam(name, `${name}: ${decapitalised(error.message)}`);
}

/** The name of a field that we don't know may be anything, a card number included. */
function unknownField(names: readonly string[]): Refusal {
  if (!names.every((name) => SAFE_NAME.test(name)))
    return refusal(400, 'bad_request.unknown_field', 'there is a field that this message does not have');
  return refusal(
    400,
    `bad_request.unknown_field.${names.join('.')}`,
    `${names.join('.')} is not a field of this message`,
  );
}

/** `amount` for the amount's own number, `currency` for its currency; else the path. */
function paramOf(names: readonly string[]): string {
  const path = names.join('.');
  if (path === 'amount.currency') return 'currency';
  return path.endsWith('amount.amount') ? path.slice(0, -'.amount'.length) : path;
}

function decapitalised(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
