import type { Content, Dialect, Naming } from './dialect.js';
import { holdsCharactersOfPan, maskedSensitive, maskedText } from './masking.js';
import { type FieldValue, isSubelements, type PartialMessage, type Subelement } from './message.js';

const VERSIONS: Readonly<Record<string, string>> = { 0: '1987', 1: '1993', 2: '2003' };
const CLASSES: Readonly<Record<string, string>> = {
  1: 'authorisation',
  2: 'financial',
  3: 'file action',
  4: 'reversal',
  5: 'reconciliation',
  6: 'administrative',
  7: 'fee collection',
  8: 'network management',
};
const FUNCTIONS: Readonly<Record<string, string>> = {
  0: 'request',
  1: 'request response',
  2: 'advice',
  3: 'advice response',
  4: 'notification',
};
const REPEAT = /[135]$/;

/** What is known of a field or a part; nothing of a tag that the dialect does not name. */
type Known = Naming & Partial<Content>;

/**
 * A message for people, a line for each field and part. Card numbers show their last four digits, also in tracks and in
 * free text; PIN data, validation codes and whatever else the dialect calls secret are not shown at all. What stands under
 * a tag that the dialect does not name is counted only: it may be anything.
 */
export function describe(message: PartialMessage, dialect: Dialect): string {
  const lines = [describeMti(message.mti)];
  for (const [field, value] of Object.entries(message.fields)) {
    if (value === undefined) continue;
    const spec = dialect.fields[Number(field)];
    describeValue(lines, field, spec ?? UNKNOWN, value, spec !== undefined && isLaidOut(spec));
  }
  return lines.join('\n');
}

/** Digits at fixed places: not searched for card numbers, which they would often seem to hold. */
function isLaidOut(spec: Known): boolean {
  return spec.kind === 'n' && 'length' in spec && typeof spec.length === 'number';
}

function describeMti(mti: string | undefined): string {
  if (mti === undefined) return 'no message type';
  const [version = '', group = '', task = '', origin = ''] = mti;
  const words = [CLASSES[group] ?? 'other', FUNCTIONS[task] ?? 'message', ...(REPEAT.test(origin) ? ['repeat'] : [])];
  return `${mti} ${words.join(' ')} (ISO 8583:${VERSIONS[version] ?? 'unknown'})`;
}

function describeValue(lines: string[], path: string, known: Known, value: FieldValue, isPlain: boolean): void {
  const head = `  ${path.padEnd(9)} ${known.name}`;
  if (isSubelements(value)) {
    lines.push(head);
    for (const part of value) describeValue(lines, `${path}.${part.tag}`, knownPart(known, part), part.value, false);
    return;
  }
  lines.push(`${head}: ${shown(known, value, isPlain)}`);
}

function shown(known: Known, value: string | Uint8Array, isPlain: boolean): string {
  if (known.name === UNKNOWN.name) return `(${value.length} ${typeof value === 'string' ? 'characters' : 'bytes'})`;
  if (typeof value !== 'string' && known.sensitive === undefined && holdsCharactersOfPan(value))
    return `(${value.length} bytes)`;
  const text = typeof value === 'string' ? value : hexadecimal(value);
  if (known.sensitive !== undefined) return maskedSensitive(known.sensitive, text);
  return isPlain ? text : maskedText(text);
}

const UNKNOWN: Known = { name: 'unknown' };

function knownPart(known: Known, { tag }: Subelement): Known {
  switch (known.kind) {
    case 'positional':
      return known.parts?.find((part) => part.tag === tag) ?? UNKNOWN;
    case 'repeated':
      return known.part ?? UNKNOWN;
    case 'tagged':
      return known.elements?.[tag] ?? UNKNOWN;
    case 'ber': {
      const naming = known.elements?.[tag] ?? UNKNOWN;
      return known.nested?.includes(tag) ? { ...known, ...withoutSensitive(naming) } : naming;
    }
    default:
      return UNKNOWN;
  }
}

function withoutSensitive({ name }: Naming): Naming {
  return { name };
}

function hexadecimal(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex').toUpperCase();
}
