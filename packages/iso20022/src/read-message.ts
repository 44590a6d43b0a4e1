// A tree of elements to a message, as its tables say.
import { readAmount } from './amounts.js';
import { Iso20022Error, type Iso20022ErrorCode } from './iso20022-error.js';
import type { Amount, AnyType, ChoiceType, Element, ExponentOf, SequenceType, TextType } from './types.js';
import type { XmlElement } from './xml.js';

/** What an element became: text, an amount, or its children by name. */
export type Value = string | Amount | { readonly [name: string]: Value | readonly Value[] };

const SCHEMA_INSTANCE = '{http://www.w3.org/2001/XMLSchema-instance}';
const HINTS = new Set([`${SCHEMA_INSTANCE}schemaLocation`, `${SCHEMA_INSTANCE}noNamespaceSchemaLocation`]);
const NO_ATTRIBUTES: readonly string[] = [];
const AMOUNT_ATTRIBUTES: readonly string[] = ['Ccy'];

/**
 * @param root the message's element, not the document around it
 * @throws Iso20022Error naming the element
 */
export function readMessage(root: XmlElement, table: SequenceType, exponentOf: ExponentOf): Value {
  const reader = new Reader(root.namespace, exponentOf);
  return reader.children([root], table, '', root.line);
}

class Reader {
  constructor(
    private readonly namespace: string,
    private readonly exponentOf: ExponentOf,
  ) {}

  children(found: readonly XmlElement[], table: SequenceType | ChoiceType, path: string, line: number): Value {
    const names = Object.keys(table.elements);
    const values: Record<string, Value | Value[]> = {};
    const counts = new Map<string, number>();
    let reached = 0;
    for (const child of found) {
      const known = child.namespace === this.namespace ? own(table.elements, child.name) : undefined;
      if (known === undefined)
        throw refused('unknown_element', 'there is no such element here', below(path, child), child);
      const count = (counts.get(child.name) ?? 0) + 1;
      counts.set(child.name, count);
      const place = below(path, child, known.repeats ? count : undefined);
      const index = names.indexOf(child.name);
      if (index < reached) throw refused('misplaced_element', 'the element comes too late', place, child);
      reached = index;
      if (count > known.max) throw refused('too_many', `there may be at most ${known.max}`, place, child);
      const value = this.value(child, known.type, place);
      const before = values[child.name];
      if (Array.isArray(before)) before.push(value);
      else values[child.name] = known.repeats ? [value] : value;
    }
    this.complete(table, counts, path, line, found);
    return values as Value;
  }

  /** After the elements that came: whether those that must come did. */
  private complete(
    table: SequenceType | ChoiceType,
    counts: ReadonlyMap<string, number>,
    path: string,
    line: number,
    found: readonly XmlElement[],
  ): void {
    const names = Object.keys(table.elements);
    if (table.kind === 'choice') {
      const [, second] = found;
      if (counts.size > 1 && second !== undefined)
        throw refused('too_many', 'only one of these elements may be here', below(path, second), second);
      if (counts.size === 0)
        throw refused('missing_element', `one of ${names.join(', ')} must be here`, path, { line });
      return;
    }
    for (const name of names)
      if (table.elements[name]?.min === 1 && !counts.has(name))
        throw refused('missing_element', 'the element must be here', path === '' ? name : `${path}/${name}`, { line });
  }

  private value(element: XmlElement, type: AnyType, path: string): Value {
    checkAttributes(element, type.kind === 'amount' ? AMOUNT_ATTRIBUTES : NO_ATTRIBUTES, path);
    if (type.kind === 'sequence' || type.kind === 'choice') {
      if (/[^ \t\r\n]/.test(element.text)) throw refused('unexpected_text', 'only elements may be here', path, element);
      return this.children(element.children, type, path, element.line);
    }
    const [child] = element.children;
    if (child !== undefined)
      throw refused('unknown_element', 'there is no such element here', below(path, child), child);
    return type.kind === 'amount' ? this.amount(element, path) : textValue(element, type, path);
  }

  private amount(element: XmlElement, path: string): Amount {
    const currency = element.attributes.get('Ccy');
    if (currency === undefined) throw refused('missing_attribute', 'the attribute Ccy must be here', path, element);
    const read = readAmount(trimmed(element.text), currency, this.exponentOf);
    if ('fault' in read) throw refused('bad_value', read.fault, path, element);
    return read;
  }
}

function textValue({ text, line }: XmlElement, type: TextType, path: string): string {
  const value = type.preserved ? text : trimmed(text);
  if (!type.accepts(value)) throw refused('bad_value', `this is not ${type.name}`, path, { line });
  return value;
}

function checkAttributes({ attributes, line }: XmlElement, known: readonly string[], path: string): void {
  for (const name of attributes.keys())
    if (!known.includes(name) && !HINTS.has(name))
      throw refused('unknown_attribute', 'there is an attribute that does not belong here', path, { line });
}

/** Own properties alone: an element may be called `constructor`. */
function own(elements: SequenceType['elements'], name: string): Element | undefined {
  return Object.hasOwn(elements, name) ? elements[name] : undefined;
}

function trimmed(text: string): string {
  return text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '');
}

function below(path: string, { name }: XmlElement, count?: number): string {
  const step = count === undefined ? name : `${name}[${count}]`;
  return path === '' ? step : `${path}/${step}`;
}

function refused(
  code: Iso20022ErrorCode,
  what: string,
  path: string,
  { line }: { readonly line: number },
): Iso20022Error {
  return new Iso20022Error(code, what, { path, line });
}
