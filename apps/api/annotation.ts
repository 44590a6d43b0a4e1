// What PATCH /transactions/{id} is given: a form or JSON, nested or flat (customer API, 1.4 and 7.4).
import { holdsCardNumber } from '@tallystick/contracts';
import { BANK_KEYS, badParam, bankMetadata, type Transaction } from '@tallystick/customer-api';

export interface MetadataChange {
  readonly key: string;
  /** Empty: the key is taken away. */
  readonly value: string;
}

const PARAM = 'metadata';
const FLAT_KEY = /^metadata\[(.*)\]$/s;
/** Brackets would read as nested, and a prototype's name as something else. */
const KEY = /^(?!__proto__$)[^[\]\p{Cc}]+$/u;
const KEY_BYTES = 128;
const VALUE_BYTES = 512;
const CHANGES_MAX = 1_000;

/** In the order given; none where no metadata is named. @throws ProblemError, 400 */
export function readMetadata(body: Readonly<Record<string, unknown>>): readonly MetadataChange[] {
  const changes = fieldsOf(body).map(([key, value]) => changeOf(key, value));
  if (changes.length > CHANGES_MAX) throw bad('there are too many keys');
  return changes;
}

/**
 * Without what says nothing new of the bank's own keys, as programs send that write back all that they have read.
 * @throws ProblemError, 400, for another value of one of them
 */
export function clientsOwn(changes: readonly MetadataChange[], transaction: Transaction): readonly MetadataChange[] {
  const banks = new Map<string, string>(Object.entries(bankMetadata(transaction)));
  const reserved = new Set<string>(BANK_KEYS);
  return changes.filter(({ key, value }) => {
    if (!reserved.has(key)) return true;
    if (value !== (banks.get(key) ?? '')) throw bad(`${key} is written by the bank and can not be changed`);
    return false;
  });
}

function fieldsOf(body: Readonly<Record<string, unknown>>): [string, unknown][] {
  return Object.entries(body).flatMap(([name, value]): [string, unknown][] => {
    const [, flat] = FLAT_KEY.exec(name) ?? [];
    if (flat !== undefined) return [[flat, value]];
    if (name !== PARAM || value === '') return [];
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw bad('metadata must be an object');
    return Object.entries(value);
  });
}

function changeOf(key: string, value: unknown): MetadataChange {
  if (!KEY.test(key) || Buffer.byteLength(key) > KEY_BYTES)
    throw bad(`a key has 1 to ${KEY_BYTES} bytes, no brackets and no control characters`);
  if (typeof value !== 'string') throw bad('values are texts');
  if (Buffer.byteLength(value) > VALUE_BYTES) throw bad(`a value has at most ${VALUE_BYTES} bytes`);
  // Sealed or not, no card number is stored.
  if (holdsCardNumber(key) || holdsCardNumber(value)) throw bad('a key or value looks like a card number');
  return { key, value };
}

function bad(message: string) {
  return badParam(PARAM, message);
}
