// What goes between the threads: a group of appends as one piece of memory, answers as numbers.
import { EVENT_ID_BYTES } from '../arguments.js';
import { type EncodedEvent, JournalUnavailable, RevisionConflict } from '../port.js';
import type { GroupAnswer, GroupedAppend } from './group-store.js';

export interface GroupMessage {
  readonly streams: readonly string[];
  /** Per append: expected revision, number of events; then per event: length of metadata, of payload. */
  readonly numbers: readonly number[];
  /** Event id, metadata and payload of each event, one after the other. */
  readonly bytes: Uint8Array;
}

export type AnswersMessage =
  | {
      readonly kind: 'stored';
      /** Per append: 1 where stored, 0 for a conflict; revision (the actual one in a conflict); position. */
      readonly numbers: Float64Array<ArrayBuffer>;
      /** Of the newest event in the store. */
      readonly position: number;
    }
  | { readonly kind: 'failed'; readonly message: string; readonly outcomeUnknown: boolean };

const STORED = 1;
const CONFLICT = 0;

export function packGroup(group: readonly GroupedAppend[]): GroupMessage {
  const numbers: number[] = [];
  let length = 0;
  for (const { expectedRevision, events } of group) {
    numbers.push(expectedRevision, events.length);
    for (const { metadata, payload } of events) {
      numbers.push(metadata.length, payload.length);
      length += EVENT_ID_BYTES + metadata.length + payload.length;
    }
  }
  // Not from the pool, which would be sent whole.
  const bytes = Buffer.allocUnsafeSlow(length);
  let at = 0;
  for (const { events } of group) {
    for (const { eventId, metadata, payload } of events) {
      bytes.set(eventId, at);
      bytes.set(metadata, at + EVENT_ID_BYTES);
      bytes.set(payload, at + EVENT_ID_BYTES + metadata.length);
      at += EVENT_ID_BYTES + metadata.length + payload.length;
    }
  }
  return { streams: group.map(({ stream }) => stream), numbers, bytes };
}

/** The events are windows on the message's bytes. */
export function unpackGroup({ streams, numbers, bytes }: GroupMessage): GroupedAppend[] {
  let next = 0;
  let at = 0;
  const number = () => numbers[next++] ?? 0;
  const cut = (length: number) => {
    at += length;
    return bytes.subarray(at - length, at);
  };
  return streams.map((stream) => {
    const expectedRevision = number();
    const events: EncodedEvent[] = [];
    for (let left = number(); left > 0; left--) {
      const [metadata, payload] = [number(), number()];
      events.push({ eventId: cut(EVENT_ID_BYTES), metadata: cut(metadata), payload: cut(payload) });
    }
    return { stream, expectedRevision, events };
  });
}

export function packAnswers(answers: readonly GroupAnswer[] | JournalUnavailable, position: number): AnswersMessage {
  if (answers instanceof JournalUnavailable) {
    return { kind: 'failed', message: answers.message, outcomeUnknown: answers.outcomeUnknown };
  }
  const numbers = new Float64Array(answers.length * 3);
  let at = 0;
  for (const answer of answers) {
    const conflict = answer instanceof RevisionConflict;
    numbers[at++] = conflict ? CONFLICT : STORED;
    numbers[at++] = conflict ? answer.actualRevision : answer.revision;
    numbers[at++] = conflict ? 0 : Number(answer.position);
  }
  return { kind: 'stored', numbers, position };
}

/** The answer of one append of the group. */
export function answerAt(
  numbers: Float64Array,
  index: number,
  { stream, expectedRevision }: GroupedAppend,
): GroupAnswer {
  const revision = numbers[index * 3 + 1] ?? 0;
  if (numbers[index * 3] === CONFLICT) return new RevisionConflict(stream, expectedRevision, revision);
  return { revision, position: BigInt(numbers[index * 3 + 2] ?? 0) };
}
