import { type Fields, isSubelements } from '@tallystick/iso8583';

/** The text of a data element, with the padding that the wire has; undefined where there is none. */
export function text(fields: Fields, field: number): string | undefined {
  const value = fields[field];
  return typeof value === 'string' ? value : undefined;
}

/** The text of a part of a data element. */
export function element(fields: Fields, field: number, tag: string): string | undefined {
  const value = fields[field];
  if (!isSubelements(value)) return undefined;
  const found = value.find((part) => part.tag === tag)?.value;
  return typeof found === 'string' ? found : undefined;
}
