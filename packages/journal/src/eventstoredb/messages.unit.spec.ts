import generatedShared from '@eventstore/db-client/generated/shared_pb.js';
import generatedStatus from '@eventstore/db-client/generated/status_pb.js';
import generatedStreams from '@eventstore/db-client/generated/streams_pb.js';
import { describe, expect, it } from '@jest/globals';
import { encodePayload } from '@tallystick/events';
import googleAny from 'google-protobuf/google/protobuf/any_pb.js';
import googleEmpty from 'google-protobuf/google/protobuf/empty_pb.js';
import { NO_STREAM } from '../port.js';
import { decodeAppendAnswer, encodeAppend } from './append-messages.js';
import { decodeReadAnswer, encodeAllRead, encodeStreamRead, encodeSubscription } from './read-messages.js';

const { BatchAppendReq, BatchAppendResp, ReadReq, ReadResp } = generatedStreams;
const { AllStreamPosition, StreamIdentifier, UUID } = generatedShared;

/** Beyond what a number holds exactly, and what four bytes of a length hold. */
const FAR = 2n ** 62n + 12_345n;
const everyByte = Uint8Array.from({ length: 256 }, (_, i) => i);
const id = '00ff10a9-7e3c-8b41-9d02-fedcba987654';
const eventId = Buffer.from(id.replaceAll('-', ''), 'hex');

const bytesOf = (message: { serializeBinary(): Uint8Array }) => Buffer.from(message.serializeBinary());

describe('an append, read by the generated classes', () => {
  const payload = encodePayload({ type: 'AccountFrozen', reason: '£€' });
  const encoded = (expectedRevision: number) =>
    BatchAppendReq.deserializeBinary(
      encodeAppend({
        correlation: 300,
        stream: '账户',
        expectedRevision,
        events: [
          { eventId, metadata: everyByte, payload },
          ...Array(2).fill({ eventId, metadata: payload, payload: everyByte }),
        ],
      }),
    );

  it('has its stream, correlation and every byte of its events', () => {
    const request = encoded(7);
    expect(request.getIsFinal()).toBe(true);
    expect(request.getCorrelationId()?.getStructured()?.getLeastSignificantBits()).toBe('300');
    const options = request.getOptions();
    expect(Buffer.from(options?.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString()).toBe('账户');
    expect(options?.getStreamPosition()).toBe('7');
    const [first, second, ...others] = request.getProposedMessagesList();
    expect(others).toHaveLength(1);
    expect(first?.getId()?.getString()).toBe(id);
    expect(first?.getMetadataMap().get('type')).toBe('AccountFrozen');
    expect(first?.getMetadataMap().get('content-type')).toBe('application/octet-stream');
    expect(Buffer.from(first?.getData_asU8() ?? [])).toEqual(payload);
    expect(first?.getCustomMetadata_asU8()).toEqual(everyByte);
    expect(second?.getMetadataMap().get('type')).toBe('unknown');
  });

  it('has no deadline, which would compare two clocks', () => {
    expect(encoded(7).getOptions()?.hasDeadline()).toBe(false);
  });

  it('says where no event is expected', () => {
    expect(encoded(NO_STREAM).getOptions()?.hasNoStream()).toBe(true);
    expect(encoded(0).getOptions()?.hasNoStream()).toBe(false);
  });
});

describe('an answer to an append, written by the generated classes', () => {
  const answer = () => {
    const correlation = new UUID().setStructured(
      new UUID.Structured().setMostSignificantBits('0').setLeastSignificantBits('300'),
    );
    return new BatchAppendResp()
      .setCorrelationId(correlation)
      .setStreamIdentifier(new StreamIdentifier().setStreamName(Buffer.from('acc')));
  };

  it.each([
    ['0', 46n],
    ['70000', FAR],
  ])('is stored at revision %s, position %d', (revision, position) => {
    const success = new BatchAppendResp.Success()
      .setCurrentRevision(revision)
      .setPosition(new AllStreamPosition().setCommitPosition(String(position)).setPreparePosition(String(position)));
    expect(decodeAppendAnswer(bytesOf(answer().setSuccess(success)))).toEqual({
      kind: 'stored',
      correlation: 300,
      revision: Number(revision),
      position,
    });
  });

  it('may leave out the position', () => {
    const success = new BatchAppendResp.Success().setCurrentRevision('3').setNoPosition(new googleEmpty.Empty());
    expect(decodeAppendAnswer(bytesOf(answer().setSuccess(success)))).toMatchObject({ position: undefined });
  });

  const refused = (name: string, details: { serializeBinary(): Uint8Array }) => {
    const any = new googleAny.Any();
    any.pack(details.serializeBinary(), `event_store.client.${name}`);
    const status = new generatedStatus.Status();
    status.setMessage(`it is ${name}`);
    status.setDetails(any);
    return decodeAppendAnswer(bytesOf(answer().setError(status)));
  };

  it.each([
    ['0', 0],
    ['81', 81],
    [undefined, NO_STREAM],
  ])('is a conflict with revision %s', (current, actualRevision) => {
    const details = new generatedShared.WrongExpectedVersion().setExpectedStreamPosition('5');
    if (current === undefined) details.setCurrentNoStream(new googleEmpty.Empty());
    else details.setCurrentStreamRevision(current);
    expect(refused('WrongExpectedVersion', details)).toEqual({ kind: 'conflict', correlation: 300, actualRevision });
  });

  it('is refused by the name of the refusal', () => {
    expect(refused('Timeout', new generatedShared.Timeout())).toEqual({
      kind: 'refused',
      correlation: 300,
      name: 'Timeout',
      message: 'it is Timeout',
    });
  });
});

describe('a read, read by the generated classes', () => {
  const options = (request: Buffer) => {
    const read = ReadReq.deserializeBinary(request).getOptions();
    if (read === undefined) throw new Error('the request has no options');
    expect(read.getUuidOption()?.hasString()).toBe(true);
    return read;
  };

  it('has a stream, a revision, a direction and an exact count', () => {
    const read = options(encodeStreamRead({ stream: 'acc', fromRevision: 0, direction: 'backwards', limit: 512 }));
    expect(read.getStream()?.getRevision()).toBe('0');
    expect(read.getStream()?.hasRevision()).toBe(true);
    expect([read.getReadDirection(), read.getCount(), read.hasNoFilter()]).toEqual([1, '512', true]);
    expect(
      options(encodeStreamRead({ stream: 'a', direction: 'forwards', limit: 1 }))
        .getStream()
        ?.hasStart(),
    ).toBe(true);
    expect(
      options(encodeStreamRead({ stream: 'a', direction: 'backwards', limit: 1 }))
        .getStream()
        ?.hasEnd(),
    ).toBe(true);
  });

  it('of everything has a position and leaves out what is not ours', () => {
    const read = options(encodeAllRead({ from: FAR, direction: 'forwards', limit: 2 }));
    expect(read.getAll()?.getPosition()?.getCommitPosition()).toBe(String(FAR));
    expect(read.getAll()?.getPosition()?.getPreparePosition()).toBe(String(FAR));
    expect(read.getFilter()?.hasCount()).toBe(true);
    const ours = new RegExp(read.getFilter()?.getStreamIdentifier()?.getRegex() ?? '');
    expect(['acc_1', 'journal-identity-2'].every((name) => ours.test(name))).toBe(true);
    expect(['$stats', '$$acc_1', 'journal-identity'].some((name) => ours.test(name))).toBe(false);
    expect(
      options(encodeAllRead({ direction: 'backwards', limit: 1 }))
        .getAll()
        ?.hasEnd(),
    ).toBe(true);
  });

  it('for ever is a subscription', () => {
    const read = options(encodeSubscription(90n));
    expect([read.hasSubscription(), read.getAll()?.getPosition()?.getCommitPosition()]).toEqual([true, '90']);
    expect(options(encodeSubscription(0n)).getAll()?.hasStart()).toBe(true);
  });
});

describe('an answer to a read, written by the generated classes', () => {
  const event = (metadata: Uint8Array, position: bigint, revision: string) => {
    const recorded = new ReadResp.ReadEvent.RecordedEvent()
      .setId(new UUID().setString(id))
      .setStreamIdentifier(new StreamIdentifier().setStreamName(Buffer.from('账户')))
      .setStreamRevision(revision)
      .setCommitPosition(String(position))
      .setPreparePosition(String(position))
      .setCustomMetadata(metadata)
      .setData(everyByte);
    recorded.getMetadataMap().set('type', 'AccountFrozen');
    return bytesOf(
      new ReadResp().setEvent(new ReadResp.ReadEvent().setEvent(recorded).setCommitPosition(String(position))),
    );
  };

  it.each([
    ['bytes', everyByte, 46n, '0'],
    ['what looks like JSON', Buffer.from('{"a":12345678901234567890}'), FAR, '4000000000'],
    ['nothing', new Uint8Array(), 2n ** 49n - 1n, '1'],
  ])('is an event with %s as metadata', (_, metadata, position, revision) => {
    const read = decodeReadAnswer(event(metadata, position, revision));
    if (typeof read === 'string') throw new Error(read);
    expect(read).toMatchObject({ stream: '账户', revision: Number(revision), position });
    expect(Buffer.from(read.eventId)).toEqual(eventId);
    expect([read.metadata, read.payload].map((bytes) => Buffer.from(bytes))).toEqual(
      [metadata, everyByte].map((bytes) => Buffer.from(bytes)),
    );
  });

  it('is refused where the server does not say at which position the event is', () => {
    expect(() => decodeReadAnswer(event(everyByte, 2n ** 64n - 1n, '0'))).toThrow('at which position');
  });

  it('is a notice otherwise', () => {
    expect(decodeReadAnswer(bytesOf(new ReadResp().setStreamNotFound(new ReadResp.StreamNotFound())))).toBe(
      'stream-not-found',
    );
    expect(decodeReadAnswer(bytesOf(new ReadResp().setCaughtUp(new ReadResp.CaughtUp())))).toBe('other');
  });
});
