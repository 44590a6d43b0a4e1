// Text to a tree of elements: well-formed XML with namespaces, of bounded size and depth, without a document type.
import { SaxesParser, type SaxesTagNS } from 'saxes';
import { Iso20022Error } from './iso20022-error.js';

/** In bytes of UTF-8. */
export const MESSAGE_BYTES_MAX = 1024 * 1024;
export const DEPTH_MAX = 64;

export interface XmlElement {
  readonly name: string;
  /** '' for none. */
  readonly namespace: string;
  readonly line: number;
  /** Those that are no declaration of a namespace, by their names; one with a prefix has its namespace in front, in braces. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  /** Its own, without its children's. */
  text: string;
}

/** Most elements have none. */
const NO_ATTRIBUTES: ReadonlyMap<string, string> = new Map();
const XMLNS = 'http://www.w3.org/2000/xmlns/';

/** @throws Iso20022Error `not_utf8`, `too_large` */
export function textOf(bytes: Uint8Array): string {
  if (bytes.length > MESSAGE_BYTES_MAX) throw tooLarge();
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Iso20022Error('not_utf8', 'the text is not UTF-8', { path: '', line: 0 });
  }
}

/** @throws Iso20022Error `too_large`, `too_deep`, `not_xml`, `doctype` */
export function readXml(text: string): XmlElement {
  if (text.length > MESSAGE_BYTES_MAX || Buffer.byteLength(text) > MESSAGE_BYTES_MAX) throw tooLarge();
  const parser = new SaxesParser({ xmlns: true });
  const open: XmlElement[] = [];
  let root: XmlElement | undefined;
  const refuse = (code: 'not_xml' | 'doctype' | 'too_deep', what: string) => {
    throw new Iso20022Error(code, what, { path: open.map(({ name }) => name).join('/'), line: parser.line });
  };
  // The parser's own words quote the text, which may be a name or an account.
  parser.on('error', () => refuse('not_xml', 'this is not well-formed XML'));
  parser.on('doctype', () => refuse('doctype', 'a document type is not taken'));
  parser.on('xmldecl', ({ encoding }) => {
    if (encoding !== undefined && !/^utf-?8$/i.test(encoding)) refuse('not_xml', 'only UTF-8 is read');
  });
  parser.on('opentag', (tag) => {
    if (open.length >= DEPTH_MAX) refuse('too_deep', `elements are more than ${DEPTH_MAX} deep`);
    const element = elementOf(tag, parser.line);
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  parser.on('closetag', () => void open.pop());
  const addText = (piece: string) => {
    const element = open.at(-1);
    if (element !== undefined) element.text += piece;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.write(text).close();
  if (root === undefined) throw new Iso20022Error('not_xml', 'there is no element', { path: '', line: 1 });
  return root;
}

function elementOf({ local, uri, attributes }: SaxesTagNS, line: number): XmlElement {
  let own: Map<string, string> | undefined;
  for (const attribute of Object.values(attributes)) {
    if (attribute.uri === XMLNS) continue;
    own ??= new Map();
    own.set(attribute.uri === '' ? attribute.local : `{${attribute.uri}}${attribute.local}`, attribute.value);
  }
  return { name: local, namespace: uri, line, attributes: own ?? NO_ATTRIBUTES, children: [], text: '' };
}

function tooLarge(): Iso20022Error {
  return new Iso20022Error('too_large', `a message has at most ${MESSAGE_BYTES_MAX} bytes`, { path: '', line: 0 });
}
