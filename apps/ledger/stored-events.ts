// From what the journal holds back to states.
import { decodePayload, metadataReader } from '@tallystick/events';
import type { Journal, RecordedEvent } from '@tallystick/journal';
import type { AccountStreamEvent } from '@tallystick/ledger-core';
import type { Aggregate, StreamState } from './aggregate.js';

const READ_PAGE = 1024;
const factsOf = metadataReader(['commandId', 'contentHash', 'recordedAt', 'localDate']);

/** Folds a stream from its state's revision to its newest event; returns how many events that were. */
export async function catchUp<State extends StreamState, Command>(
  journal: Journal,
  stream: string,
  aggregate: Aggregate<State, Command>,
  state: State,
): Promise<number> {
  let folded = 0;
  for (;;) {
    const page = await journal.readStream(stream, { fromRevision: state.revision + 1, limit: READ_PAGE });
    for (const recorded of page) {
      const { commandId, contentHash, recordedAt, localDate } = factsOf(recorded.metadata);
      const facts = { commandId, contentHash, revision: recorded.revision, recordedAt, localDate };
      aggregate.evolve(state, eventOf(recorded), facts);
    }
    folded += page.length;
    if (page.length < READ_PAGE) return folded;
  }
}

export function eventOf(recorded: RecordedEvent): AccountStreamEvent {
  // A stream of accounts or unknown cards holds no other events: nothing else appends to it.
  return decodePayload(recorded.payload) as AccountStreamEvent;
}
