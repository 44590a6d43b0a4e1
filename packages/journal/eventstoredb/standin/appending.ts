// Streams.Append and Streams.BatchAppend.
import generatedShared from '@eventstore/db-client/generated/shared_pb.js';
import type { Status } from '@eventstore/db-client/generated/status_pb.js';
import type { AppendReq, AppendResp, BatchAppendReq } from '@eventstore/db-client/generated/streams_pb.js';
import generatedStreams from '@eventstore/db-client/generated/streams_pb.js';
import googleEmpty from 'google-protobuf/google/protobuf/empty_pb.js';
import { empty, failure, identifier, proposedEvent, sizeOnDisk, streamName, uuidBytes } from './answers.js';
import type { Call } from './grpc-server.js';
import type { Node } from './node.js';
import { ProtocolError, status } from './protocol-error.js';
import type { StoredEvent } from './record.js';
import { ANY, type AppendOutcome, NO_STREAM, STREAM_EXISTS } from './store.js';

interface ExpectedRevision {
  hasNoStream(): boolean;
  hasStreamExists(): boolean;
}

const EMPTY = new googleEmpty.Empty();

function expectedOf(options: ExpectedRevision, revision: string | undefined): number {
  if (revision !== undefined) return Number(revision);
  if (options.hasNoStream()) return NO_STREAM;
  return options.hasStreamExists() ? STREAM_EXISTS : ANY;
}

/** One append, one call. */
export function append(node: Node, call: Call): void {
  node.admit(call);
  let options: AppendReq.Options | undefined;
  const events: StoredEvent[] = [];
  const take = (bytes: Buffer) => {
    const message = generatedStreams.AppendReq.deserializeBinary(bytes);
    const proposed = message.getProposedMessage();
    if (proposed === undefined) options = message.getOptions();
    else events.push(proposedEvent(proposed));
  };
  call.receive(take, () => {
    store(node, options, events)
      .then((answer) => {
        if (answer === undefined) return;
        call.write(answer.serializeBinary());
        call.end();
      })
      .catch((error: unknown) => call.fail(error));
  });
}

/** @returns nothing where no answer is to be given */
async function store(
  node: Node,
  options: AppendReq.Options | undefined,
  events: readonly StoredEvent[],
): Promise<AppendResp | undefined> {
  if (options === undefined) throw new ProtocolError(status.INVALID_ARGUMENT, 'The options come first');
  const limit = node.maxAppendBytes;
  if (events.reduce((sum, event) => sum + sizeOnDisk(event), 0) > limit)
    throw new ProtocolError(status.INVALID_ARGUMENT, `Maximum Append Size of ${limit} Exceeded.`, {
      exception: 'maximum-append-size-exceeded',
      'maximum-append-size': String(limit),
    });
  if (node.faults.mute) return undefined;
  const stream = streamName(options.getStreamIdentifier());
  const expected = expectedOf(options, options.hasRevision() ? options.getRevision() : undefined);
  const outcome = await node.store.append(stream, expected, events, node.faults.nowTicks());
  if (node.faults.loseAnswer()) throw new ProtocolError(status.UNAVAILABLE, 'The answer is lost');
  return appendAnswer(expected, outcome);
}

function appendAnswer(expected: number, outcome: AppendOutcome): AppendResp {
  const { AppendResp: Answer } = generatedStreams;
  if (outcome.kind === 'stored') {
    const position = new Answer.Position()
      .setCommitPosition(String(outcome.position))
      .setPreparePosition(String(outcome.position));
    return new Answer().setSuccess(
      new Answer.Success().setCurrentRevision(String(outcome.revision)).setPosition(position),
    );
  }
  const wrong = new Answer.WrongExpectedVersion();
  if (expected === NO_STREAM) wrong.setExpectedNoStream(empty());
  else if (expected === STREAM_EXISTS) wrong.setExpectedStreamExists(empty());
  else wrong.setExpectedRevision(String(expected));
  if (outcome.current < 0) wrong.setCurrentNoStream(empty());
  else wrong.setCurrentRevision(String(outcome.current));
  return new Answer().setWrongExpectedVersion(wrong);
}

interface Waiting {
  readonly stream: string;
  readonly expected: number;
  /** By the server's clock, in ms since 1970. */
  readonly until: number;
  readonly events: StoredEvent[];
  bytes: number;
}

/** Many appends at once over one call that stays open; each has a correlation id, and they are decided in the order they come. */
export class BatchAppends {
  readonly #waiting = new Map<string, Waiting>();

  constructor(
    private readonly node: Node,
    private readonly call: Call,
  ) {
    node.admit(call);
    const take = (bytes: Buffer) => this.#take(generatedStreams.BatchAppendReq.deserializeBinary(bytes));
    call.receive(take, () => call.end());
  }

  #take(request: BatchAppendReq): void {
    this.node.lead(this.call);
    const correlation = uuidBytes(request.getCorrelationId()).toString('latin1');
    const options = request.getOptions();
    if (options !== undefined) this.#waiting.set(correlation, waitingFor(options));
    const append = this.#waiting.get(correlation);
    if (append === undefined) return;
    const refused = this.#addEvents(append, request);
    if (refused !== undefined || request.getIsFinal()) this.#waiting.delete(correlation);
    if (this.node.faults.mute) return;
    if (refused !== undefined) this.#fail(request, append, refused);
    else if (request.getIsFinal()) void this.#store(request, append);
  }

  #addEvents(append: Waiting, request: BatchAppendReq): Status | undefined {
    try {
      for (const message of request.getProposedMessagesList()) {
        const event = proposedEvent(message);
        append.bytes += sizeOnDisk(event);
        append.events.push(event);
      }
    } catch (error) {
      const details = new generatedShared.BadRequest().setMessage(String(error));
      return failure(status.INVALID_ARGUMENT, 'BadRequest', details);
    }
    const limit = this.node.maxAppendBytes;
    if (append.bytes <= limit) return undefined;
    const details = new generatedShared.MaximumAppendSizeExceeded().setMaxappendsize(limit);
    return failure(status.INVALID_ARGUMENT, 'MaximumAppendSizeExceeded', details);
  }

  async #store(request: BatchAppendReq, append: Waiting): Promise<void> {
    const { faults, store } = this.node;
    if (faults.nowMs() >= append.until)
      return this.#fail(request, append, failure(status.DEADLINE_EXCEEDED, 'Timeout', new generatedShared.Timeout()));
    try {
      const outcome = await store.append(append.stream, append.expected, append.events, faults.nowTicks());
      if (faults.loseAnswer()) throw new ProtocolError(status.UNAVAILABLE, 'The answer is lost');
      if (outcome.kind === 'wrong') this.#fail(request, append, wrongVersion(append.expected, outcome.current));
      else this.#succeed(request, append, outcome);
    } catch (error) {
      this.call.fail(error);
    }
  }

  #succeed(request: BatchAppendReq, append: Waiting, outcome: Extract<AppendOutcome, { kind: 'stored' }>): void {
    const position = new generatedShared.AllStreamPosition()
      .setCommitPosition(String(outcome.position))
      .setPreparePosition(String(outcome.position));
    const success = new generatedStreams.BatchAppendResp.Success()
      .setCurrentRevision(String(outcome.revision))
      .setPosition(position);
    this.call.write(answerTo(request, append).setSuccess(success).serializeBinary());
  }

  #fail(request: BatchAppendReq, append: Waiting, error: Status): void {
    this.call.write(answerTo(request, append).setError(error).serializeBinary());
  }
}

function answerTo(request: BatchAppendReq, append: Waiting) {
  return new generatedStreams.BatchAppendResp()
    .setCorrelationId(request.getCorrelationId())
    .setStreamIdentifier(identifier(append.stream));
}

function waitingFor(options: BatchAppendReq.Options): Waiting {
  return {
    stream: streamName(options.getStreamIdentifier()),
    expected: expectedOf(options, options.hasStreamPosition() ? options.getStreamPosition() : undefined),
    until: options.getDeadline()?.toDate().getTime() ?? Number.POSITIVE_INFINITY,
    events: [],
    bytes: 0,
  };
}

function wrongVersion(expected: number, current: number): Status {
  const details = new generatedShared.WrongExpectedVersion();
  if (current < 0) details.setCurrentNoStream(EMPTY);
  else details.setCurrentStreamRevision(String(current));
  if (expected === NO_STREAM) details.setExpectedNoStream(EMPTY);
  else if (expected === STREAM_EXISTS) details.setExpectedStreamExists(EMPTY);
  else details.setExpectedStreamPosition(String(expected));
  return failure(status.ALREADY_EXISTS, 'WrongExpectedVersion', details);
}
