// The business message within whatever envelope: found by its namespace, wherever it stands.
import { Iso20022Error } from './iso20022-error.js';
import type { XmlElement } from './xml.js';

export const NAMESPACE = 'urn:iso:std:iso:20022:tech:xsd:';
/** The business application header says who sends what to whom: samples of schemes leave it half empty, and it moves no money. */
const HEADER = 'head.';

export interface Found {
  /** `pacs.008.001.08` */
  readonly id: string;
  readonly element: XmlElement;
}

/** @throws Iso20022Error `no_message`, `several_messages` */
export function findMessage(root: XmlElement): Found {
  const found = [...messagesIn(root)];
  const [first, second] = found;
  if (second !== undefined)
    throw new Iso20022Error('several_messages', 'there is more than one business message', {
      path: second.element.name,
      line: second.element.line,
    });
  if (first !== undefined) return first;
  throw new Iso20022Error('no_message', 'there is no business message of ISO 20022', {
    path: root.name,
    line: root.line,
  });
}

function* messagesIn(element: XmlElement): Generator<Found> {
  const { namespace, name, children } = element;
  const id = namespace.startsWith(NAMESPACE) ? namespace.slice(NAMESPACE.length) : '';
  if (id.startsWith(HEADER)) return;
  if (id !== '' && name !== 'Document') yield { id, element };
  else for (const child of children) yield* messagesIn(child);
}
