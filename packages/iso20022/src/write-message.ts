// A message to text, as its tables say: a document of its own, elements in the order of the tables.
import { writeAmount } from './amounts.js';
import { Iso20022Error } from './iso20022-error.js';
import type { Amount, AnyType, ChoiceType, ExponentOf, SequenceType, TextType } from './types.js';

const INDENT = '  ';
/** What XML 1.0 can not carry, escaped or not; a lone surrogate too. */
const UNWRITABLE = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#xD;' };

/** @throws Iso20022Error naming the element, line 0 */
export function writeMessage(namespace: string, table: SequenceType, body: unknown, exponentOf: ExponentOf): string {
  const lines = ['<?xml version="1.0" encoding="UTF-8"?>', `<Document xmlns="${namespace}">`];
  new Writer(lines, exponentOf).children(body, table, '', INDENT);
  lines.push('</Document>', '');
  return lines.join('\n');
}

class Writer {
  constructor(
    private readonly lines: string[],
    private readonly exponentOf: ExponentOf,
  ) {}

  children(value: unknown, table: SequenceType | ChoiceType, path: string, indent: string): void {
    const given = isRecord(value) ? value : {};
    for (const name of Object.keys(given))
      if (given[name] !== undefined && !Object.hasOwn(table.elements, name))
        throw new Iso20022Error('unknown_element', 'there is no such element here', at(below(path, name)));
    let written = 0;
    for (const [name, { type, min, max, repeats }] of Object.entries(table.elements)) {
      const one = Object.hasOwn(given, name) ? given[name] : undefined;
      const values = one === undefined ? [] : repeats && Array.isArray(one) ? one : [one];
      if (values.length === 0 && min === 1 && table.kind === 'sequence')
        throw new Iso20022Error('missing_element', 'the element must be here', at(below(path, name)));
      if (values.length > max)
        throw new Iso20022Error('too_many', `there may be at most ${max}`, at(below(path, name)));
      for (const [index, each] of values.entries())
        this.element(name, each, type, below(path, repeats ? `${name}[${index + 1}]` : name), indent);
      if (values.length > 0) written++;
    }
    if (table.kind === 'choice' && written !== 1)
      throw new Iso20022Error(written === 0 ? 'missing_element' : 'too_many', 'one element must be here', at(path));
  }

  private element(name: string, value: unknown, type: AnyType, path: string, indent: string): void {
    if (type.kind === 'text') return this.line(indent, name, '', textOf(value, type, path));
    if (type.kind === 'amount') {
      const { currency, text } = this.amount(value, path);
      return this.line(indent, name, ` Ccy="${currency}"`, text);
    }
    this.lines.push(`${indent}<${name}>`);
    this.children(value, type, path, indent + INDENT);
    this.lines.push(`${indent}</${name}>`);
  }

  private line(indent: string, name: string, attributes: string, text: string): void {
    this.lines.push(`${indent}<${name}${attributes}>${text}</${name}>`);
  }

  private amount(value: unknown, path: string) {
    if (!isAmount(value)) throw new Iso20022Error('bad_value', 'this is not an amount', at(path));
    const written = writeAmount(value, this.exponentOf);
    if ('fault' in written) throw new Iso20022Error('bad_value', written.fault, at(path));
    return { currency: value.currency, text: written.text };
  }
}

function textOf(value: unknown, type: TextType, path: string): string {
  if (typeof value !== 'string' || !type.accepts(value) || UNWRITABLE.test(value))
    throw new Iso20022Error('bad_value', `this is not ${type.name}`, at(path));
  return value.replace(/[&<>\r]/g, (character) => ESCAPES[character] ?? character);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isAmount(value: unknown): value is Amount {
  return isRecord(value) && typeof value.currency === 'string' && typeof value.minor === 'bigint';
}

function below(path: string, step: string): string {
  return path === '' ? step : `${path}/${step}`;
}

function at(path: string) {
  return { path, line: 0 };
}
