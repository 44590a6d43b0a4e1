// The protocol's messages (but the one with an event, see event-answer.ts), by the code that the client's package generates from the server's own definitions.

import type { StreamIdentifier, UUID } from '@eventstore/db-client/generated/shared_pb.js';
import generatedShared from '@eventstore/db-client/generated/shared_pb.js';
import type { Status } from '@eventstore/db-client/generated/status_pb.js';
import generatedStatus from '@eventstore/db-client/generated/status_pb.js';
import type { ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import generatedStreams from '@eventstore/db-client/generated/streams_pb.js';
import googleAny from 'google-protobuf/google/protobuf/any_pb.js';
import { ProtocolError, status } from './protocol-error.js';
import type { StoredEvent } from './record.js';

const { Empty, StreamIdentifier: Identifier } = generatedShared;
const { ReadResp: Answer } = generatedStreams;

export function streamName(id: StreamIdentifier | undefined): string {
  return Buffer.from(id?.getStreamName_asU8() ?? []).toString();
}

export function identifier(stream: string): StreamIdentifier {
  return new Identifier().setStreamName(Buffer.from(stream));
}

/** The 16 bytes. @throws ProtocolError for an id that is none */
export function uuidBytes(uuid: UUID | undefined): Buffer {
  const structured = uuid?.getStructured();
  const bytes = Buffer.alloc(16);
  if (structured !== undefined) {
    bytes.writeBigInt64BE(BigInt(structured.getMostSignificantBits()));
    bytes.writeBigInt64BE(BigInt(structured.getLeastSignificantBits()), 8);
  } else if (bytes.write((uuid?.getString() ?? '').replaceAll('-', ''), 'hex') !== 16) {
    throw new ProtocolError(status.INVALID_ARGUMENT, 'Malformed event id');
  }
  if (bytes.every((byte) => byte === 0)) throw new ProtocolError(status.INVALID_ARGUMENT, 'Empty event id');
  return bytes;
}

interface Proposed {
  getId(): UUID | undefined;
  getMetadataMap(): { get(key: string): string | undefined };
  getData_asU8(): Uint8Array;
  getCustomMetadata_asU8(): Uint8Array;
}

export function proposedEvent(message: Proposed): StoredEvent {
  const fields = message.getMetadataMap();
  const type = fields.get('type');
  const contentType = fields.get('content-type');
  if (type === undefined || contentType === undefined)
    throw new ProtocolError(status.INVALID_ARGUMENT, 'Required metadata properties are missing', {
      exception: 'missing-required-metadata-property',
      'required-metadata-properties': 'type,content-type',
    });
  return {
    id: uuidBytes(message.getId()),
    type,
    json: contentType === 'application/json',
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  };
}

/** What the server counts against its limit of one append. */
export function sizeOnDisk(event: StoredEvent): number {
  return event.data.length + event.metadata.length + 2 * event.type.length;
}

export function checkpointAnswer(position: number): ReadResp {
  const checkpoint = new Answer.Checkpoint().setCommitPosition(String(position)).setPreparePosition(String(position));
  return new Answer().setCheckpoint(checkpoint);
}

export function notFoundAnswer(stream: string): ReadResp {
  return new Answer().setStreamNotFound(new Answer.StreamNotFound().setStreamIdentifier(identifier(stream)));
}

export function confirmationAnswer(id: string): ReadResp {
  return new Answer().setConfirmation(new Answer.SubscriptionConfirmation().setSubscriptionId(id));
}

export function caughtUpAnswer(): ReadResp {
  return new Answer().setCaughtUp(new Answer.CaughtUp());
}

/** A failure of one append among those of a batch call. */
export function failure(code: number, name: string, details: { serializeBinary(): Uint8Array }): Status {
  const any = new googleAny.Any();
  any.pack(details.serializeBinary(), `event_store.client.${name}`);
  const answer = new generatedStatus.Status();
  answer.setCode(code);
  answer.setMessage(name);
  answer.setDetails(any);
  return answer;
}

export function empty(): InstanceType<typeof Empty> {
  return new Empty();
}
