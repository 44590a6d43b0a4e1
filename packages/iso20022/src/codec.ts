import { findMessage, NAMESPACE } from './find-message.js';
import { Iso20022Error } from './iso20022-error.js';
import { type MessageOf, type Messages, messages } from './messages.js';
import { readMessage } from './read-message.js';
import type { ExponentOf } from './types.js';
import { writeMessage } from './write-message.js';
import { readXml, textOf } from './xml.js';

export interface Iso20022Codec<M extends Messages = typeof messages> {
  /**
   * The one business message in a text or its UTF-8 bytes, checked by its tables; the envelope and the header around it are not.
   * @throws Iso20022Error and nothing else
   */
  parse(text: string | Uint8Array): MessageOf<M>;
  /**
   * A `Document` alone, without envelope and header; parsed again it is the same message.
   * @throws Iso20022Error naming the element that is no value of its type
   */
  write(message: MessageOf<M>): string;
}

/** @param exponentOf digits behind the point by currency, as ISO 4217 has them */
export function iso20022(exponentOf: ExponentOf): Iso20022Codec {
  return codecOf(exponentOf, messages);
}

/** Of other messages than the package's own. */
export function codecOf<const M extends Messages>(exponentOf: ExponentOf, known: M): Iso20022Codec<M> {
  const tableOf = (id: string, path: string, line: number) => {
    const table = Object.hasOwn(known, id) ? known[id] : undefined;
    if (table !== undefined) return table;
    throw new Iso20022Error('unsupported_message', `${shown(id)} is not a message that is taken here`, { path, line });
  };
  return {
    parse: (text) => {
      const { id, element } = findMessage(readXml(typeof text === 'string' ? text : textOf(text)));
      const body = readMessage(element, tableOf(id, element.name, element.line), exponentOf);
      // What the type says of a body is what the table made of it.
      return { id, body } as MessageOf<M>;
    },
    write: ({ id, body }) => writeMessage(NAMESPACE + id, tableOf(id, '', 0), body, exponentOf),
  };
}

/** Identifiers are short; anything else came from outside. */
function shown(id: string): string {
  return /^[a-z]{4}\.\d{3}\.\d{3}\.\d{2}$/.test(id) ? id : 'this';
}
