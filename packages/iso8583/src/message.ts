// What a message is once it is no longer bytes.

/** One element inside a field. `tag` is hexadecimal in capitals for BER-TLV, digits for all others. */
export interface Subelement {
  readonly tag: string;
  readonly value: FieldValue;
}

/** In the order of the wire; a tag may come twice (issuer scripts do). */
export type Subelements = readonly Subelement[];

/** Characters and digits as text (with the padding that the wire has), binary as bytes, everything with parts as a list. */
export type FieldValue = string | Uint8Array | Subelements;

/** By the number of the data element, 2 to 128 (192 where the dialect has a third bitmap). */
export interface Fields {
  readonly [field: number]: FieldValue | undefined;
}

export interface Iso8583Message {
  /** Four digits. */
  readonly mti: string;
  readonly fields: Fields;
}

/** What could be read before something could not. */
export interface PartialMessage {
  readonly mti?: string;
  readonly fields: Fields;
}

/** Builds the list of a field with parts: `subelements([['42', '0210'], ['92', cvc]])`. */
export function subelements(pairs: Iterable<readonly [tag: string, value: FieldValue]>): Subelements {
  return Array.from(pairs, ([tag, value]) => ({ tag, value }));
}

/**
 * The value at `path`: `'11'`, or `'55.9F02'` for a part. Of parts with the same tag, the first.
 * @returns undefined where there is none
 */
export function valueAt(message: PartialMessage, path: string): FieldValue | undefined {
  const [field, ...tags] = path.split('.');
  let value = message.fields[Number(field)];
  for (const tag of tags) {
    if (!isSubelements(value)) return undefined;
    value = value.find((element) => element.tag === tag)?.value;
  }
  return value;
}

/** @returns undefined where there is no such element, or it is no text */
export function textAt(message: PartialMessage, path: string): string | undefined {
  const value = valueAt(message, path);
  return typeof value === 'string' ? value : undefined;
}

/** @returns undefined where there is no such element, or it is not binary */
export function bytesAt(message: PartialMessage, path: string): Uint8Array | undefined {
  const value = valueAt(message, path);
  return value instanceof Uint8Array ? value : undefined;
}

export function isSubelements(value: FieldValue | undefined): value is Subelements {
  return Array.isArray(value);
}
