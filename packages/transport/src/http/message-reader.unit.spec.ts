import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MessageReader } from './message-reader.js';
import { ProtocolError } from './protocol-error.js';

const limits = { headBytesMax: 200, bodyBytesMax: 100 };
const seed = Date.now() & 0x7fffffff;

function read(kind: 'requests' | 'answers', ...chunks: readonly string[]): string[] {
  const messages: string[] = [];
  const reader = new MessageReader(kind, limits, ({ start }, body) => messages.push(`${start}|${body.toString()}`));
  for (const chunk of chunks) reader.take(Buffer.from(chunk, 'latin1'));
  return messages;
}

function errorOf(kind: 'requests' | 'answers', text: string): unknown {
  try {
    read(kind, text);
  } catch (error) {
    return error;
  }
  return undefined;
}

const STREAM = [
  'POST /rpc/a.b HTTP/1.1\r\nHost: x\r\ncontent-length: 5\r\n\r\nhello',
  'GET /rpc/a HTTP/1.1\r\n\r\n',
  'POST /rpc/a.c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n1\r\n\n\r\n0\r\nlast: 1\r\n\r\n',
  'POST /rpc/a.d HTTP/1.1\r\ncontent-length: 0\r\n\r\n',
].join('');
const MESSAGES = [
  'POST /rpc/a.b HTTP/1.1|hello',
  'GET /rpc/a HTTP/1.1|',
  'POST /rpc/a.c HTTP/1.1|abc\n',
  'POST /rpc/a.d HTTP/1.1|',
];

describe('requests on a connection', () => {
  it(`are the same wherever the bytes are cut (seed ${seed})`, () => {
    const cuts = fc.array(fc.integer({ min: 1, max: STREAM.length - 1 }), { maxLength: 40 });
    fc.assert(
      fc.property(cuts, (places) => {
        const ends = [...new Set(places), STREAM.length].sort((a, b) => a - b);
        const chunks = ends.map((end, index) => STREAM.slice(ends[index - 1] ?? 0, end));
        expect(read('requests', ...chunks)).toEqual(MESSAGES);
      }),
      { seed },
    );
  });

  it.each([
    ['two lengths', 'POST / HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 1\r\n\r\n', 400],
    ['a length and chunks', 'POST / HTTP/1.1\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n', 400],
    ['another encoding', 'POST / HTTP/1.1\r\ntransfer-encoding: gzip, chunked\r\n\r\n', 400],
    ['a length that is no number', 'POST / HTTP/1.1\r\ncontent-length: +1\r\n\r\n', 400],
    ['a folded header', 'POST / HTTP/1.1\r\na: b\r\n c\r\n\r\n', 400],
    ['a space before the colon', 'POST / HTTP/1.1\r\ncontent-length : 1\r\n\r\n', 400],
    ['a bare line feed', 'POST / HTTP/1.1\r\na: b\nc: d\r\n\r\n', 400],
    ['a chunk without a size', 'POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nx\r\n', 400],
    ['a chunk longer than its size', 'POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n1\r\nabc\r\n', 400],
    ['a body that is too large', 'POST / HTTP/1.1\r\ncontent-length: 101\r\n\r\n', 413],
    ['chunks that are too large', 'POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nff\r\n', 413],
    ['headers that are too large', `POST / HTTP/1.1\r\na: ${'b'.repeat(200)}\r\n\r\n`, 431],
    ['headers without an end', 'a'.repeat(201), 431],
  ])('are refused with %s', (_what, text, status) => {
    const error = errorOf('requests', text);
    expect(error).toBeInstanceOf(ProtocolError);
    expect(error).toMatchObject({ status });
  });
});

describe('answers on a connection', () => {
  it('need no length where they have no body', () => {
    expect(read('answers', 'HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx')).toEqual([
      'HTTP/1.1 204 No Content|',
      'HTTP/1.1 200 OK|x',
    ]);
  });

  it('are refused where their end would be the end of the connection', () => {
    expect(errorOf('answers', 'HTTP/1.1 200 OK\r\n\r\nx')).toBeInstanceOf(ProtocolError);
  });
});
