// One Streams.Read call that ends: always to its last event, or cancelled.
import type { ClientReadableStream } from '@grpc/grpc-js';
import type { RecordedEvent } from '../port.js';
import type { Connection, Line } from './connection.js';
import { type CallFailure, readFailed } from './failures.js';
import { decodeReadAnswer, type ReadAnswer } from './read-messages.js';

const PATH = '/event_store.client.streams.Streams/Read';

const itself = (bytes: Buffer): Buffer => bytes;

/** @param requiresLeader whether a node that follows must refuse, as it may not have the newest events */
export function startRead(
  connection: Connection,
  line: Line,
  request: Buffer,
  requiresLeader: boolean,
): ClientReadableStream<ReadAnswer> {
  return line.client.makeServerStreamRequest<Buffer, ReadAnswer>(
    PATH,
    itself,
    decodeReadAnswer,
    request,
    connection.metadata(requiresLeader),
  );
}

/**
 * Reads from the leader; once more where the first try found that it is another or gone.
 * @param silenceMs how long the server may say nothing
 * @throws JournalUnavailable
 */
export async function readEvents(connection: Connection, request: Buffer, silenceMs: number): Promise<RecordedEvent[]> {
  const first = await tryToRead(connection, request, silenceMs);
  if (Array.isArray(first)) return first;
  if (first.kind !== 'unavailable' && first.kind !== 'not-leader') throw readFailed(first);
  const second = await tryToRead(connection, request, silenceMs);
  if (Array.isArray(second)) return second;
  throw readFailed(second);
}

async function tryToRead(
  connection: Connection,
  request: Buffer,
  silenceMs: number,
): Promise<RecordedEvent[] | CallFailure> {
  let line: Line | undefined;
  try {
    line = await connection.line();
    return await collect(startRead(connection, line, request, true), silenceMs);
  } catch (error) {
    return connection.failed(error, line);
  }
}

function collect(call: ClientReadableStream<ReadAnswer>, silenceMs: number): Promise<RecordedEvent[]> {
  return new Promise((resolve, reject) => {
    const events: RecordedEvent[] = [];
    const silence = setTimeout(() => {
      reject(new Error(`no answer within ${silenceMs} ms`));
      call.cancel();
    }, silenceMs);
    call.on('data', (answer: ReadAnswer) => {
      silence.refresh();
      if (typeof answer !== 'string') events.push(answer);
    });
    call.on('end', () => {
      clearTimeout(silence);
      resolve(events);
    });
    call.on('error', (error) => {
      clearTimeout(silence);
      reject(error);
    });
  });
}
