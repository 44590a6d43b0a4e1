// Streams.Read: of one stream, of $all, and for ever.
import { randomUUID } from 'node:crypto';
import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import generatedStreams from '@eventstore/db-client/generated/streams_pb.js';
import { caughtUpAnswer, checkpointAnswer, confirmationAnswer, notFoundAnswer, streamName } from './answers.js';
import { encodeEventAnswer } from './event-answer.js';
import type { Call } from './grpc-server.js';
import type { Node } from './node.js';
import { ProtocolError, status } from './protocol-error.js';
import type { LogRecord } from './record.js';

const BACKWARDS = 1;
const EVENTS_PER_CHECKPOINT = 32;

type Passes = (record: LogRecord) => boolean;

/** Answers one read to its end, or a subscription until its client has gone. */
export function read(node: Node, call: Call): void {
  node.admit(call);
  call.receive(
    (bytes) => {
      answer(node, call, generatedStreams.ReadReq.deserializeBinary(bytes).getOptions())
        .then(() => call.end())
        .catch((error: unknown) => call.fail(error));
    },
    () => undefined,
  );
}

async function answer(node: Node, call: Call, options: ReadReq.Options | undefined): Promise<void> {
  await node.faults.speaking();
  if (options === undefined) throw new ProtocolError(status.INVALID_ARGUMENT, 'A read needs options');
  if (options.hasSubscription()) return subscribe(node, call, options);
  return options.hasAll() ? readAll(node, call, options) : readStream(node, call, options);
}

async function readAll(node: Node, call: Call, options: ReadReq.Options): Promise<void> {
  const all = options.getAll();
  const passes = filterOf(options);
  let left = Number(options.getCount());
  const records =
    options.getReadDirection() === BACKWARDS
      ? backwards(node, all?.hasStart() === true ? 0 : positionOf(all, node.store.log.durableEnd))
      : node.store.log.from(all?.hasEnd() === true ? node.store.log.durableEnd : positionOf(all, node.store.log.start));
  for (const record of records) {
    if (left <= 0 || call.closed) return;
    if (!passes(record)) continue;
    call.write(encodeEventAnswer(record));
    left--;
    const drained = call.drained();
    if (drained !== undefined) await drained;
  }
}

function positionOf(all: ReadReq.Options.AllOptions | undefined, otherwise: number): number {
  const position = all?.getPosition();
  return position === undefined ? otherwise : Number(position.getCommitPosition());
}

function* backwards(node: Node, from: number): Generator<LogRecord, void, void> {
  for (let at = from; ; ) {
    const record = node.store.log.before(at);
    if (record === undefined) return;
    yield record;
    at = record.position;
  }
}

async function readStream(node: Node, call: Call, options: ReadReq.Options): Promise<void> {
  const wanted = options.getStream();
  const stream = streamName(wanted?.getStreamIdentifier());
  const { positions, length } = node.store.stream(stream);
  if (length === 0) return call.write(notFoundAnswer(stream).serializeBinary());
  const step = options.getReadDirection() === BACKWARDS ? -1 : 1;
  const newest = length - 1;
  let revision = step === 1 ? 0 : newest;
  if (wanted?.hasRevision() === true) revision = Number(wanted.getRevision());
  else if (wanted?.hasEnd() === true) revision = step === 1 ? length : newest;
  if (step === -1) revision = Math.min(revision, newest);
  for (let left = Number(options.getCount()); left > 0 && !call.closed; left--, revision += step) {
    const position = positions[revision];
    if (position === undefined || revision > newest) return;
    call.write(encodeEventAnswer(node.store.log.at(position)));
    const drained = call.drained();
    if (drained !== undefined) await drained;
  }
}

/** Positions are exclusive here, unlike in a read. */
async function subscribe(node: Node, call: Call, options: ReadReq.Options): Promise<void> {
  const { log } = node.store;
  const all = options.getAll();
  if (all === undefined) throw new ProtocolError(status.UNIMPLEMENTED, 'The stand-in only subscribes to $all');
  const passes = filterOf(options);
  const checkpointEvery = (options.getFilter()?.getCheckpointintervalmultiplier() ?? 0) * EVENTS_PER_CHECKPOINT;
  const position = all.getPosition();
  let at = all.hasEnd() ? log.durableEnd : log.start;
  if (position !== undefined) at = log.at(Number(position.getCommitPosition())).next;
  const changes = new Changes();
  call.onClose(node.store.watch(changes.wake));
  call.onClose(changes.wake);
  call.write(confirmationAnswer(randomUUID()).serializeBinary());
  for (let seen = 0, live = false; !call.closed; ) {
    await node.faults.speaking();
    const { version } = changes;
    for (const record of log.from(at)) {
      if (call.closed || node.faults.mute) break;
      if (passes(record)) call.write(encodeEventAnswer(record));
      at = record.next;
      if (checkpointEvery > 0 && ++seen % checkpointEvery === 0)
        call.write(checkpointAnswer(record.position).serializeBinary());
      const drained = call.drained();
      if (drained !== undefined) await drained;
    }
    if (at < log.durableEnd) continue;
    if (!live) call.write(caughtUpAnswer().serializeBinary());
    live = true;
    await changes.since(version);
  }
}

/** Where a subscription waits; wake-ups that came while it was busy are not lost. */
class Changes {
  version = 0;
  #resolve: (() => void) | undefined;

  readonly wake = (): void => {
    this.version++;
    this.#resolve?.();
  };

  since(version: number): Promise<void> {
    if (version !== this.version) return Promise.resolve();
    return new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }
}

function filterOf(options: ReadReq.Options): Passes {
  const filter = options.getFilter();
  if (filter === undefined) return () => true;
  const byType = filter.hasEventType();
  const expression = byType ? filter.getEventType() : filter.getStreamIdentifier();
  const prefixes = expression?.getPrefixList() ?? [];
  const regex = expression?.getRegex() ? new RegExp(expression.getRegex()) : undefined;
  return (record) => {
    const name = byType ? record.type : record.stream;
    return regex === undefined ? prefixes.some((prefix) => name.startsWith(prefix)) : regex.test(name);
  };
}
