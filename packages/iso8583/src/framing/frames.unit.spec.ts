import { describe as about, expect, it } from '@jest/globals';
import { compile, encodeFrame, frame, frameSplitter, Iso8583Error, type LengthSplitter, tallystick } from '../index.js';

const MESSAGES = ['a', 'second', 'x'.repeat(300), 'last'].map((text) => Buffer.from(text));
const STREAM = Buffer.concat(MESSAGES.map(frame));

function framesOf(splitter: LengthSplitter, pieces: readonly Uint8Array[]): string[] {
  const frames: string[] = [];
  for (const piece of pieces) splitter.push(piece, (each) => frames.push(each.toString('latin1')));
  return frames;
}

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof Iso8583Error) return `${error.code} ${error.field} ${error.offset}`;
    throw error;
  }
  return 'no error';
}

const expected = MESSAGES.map((message) => message.toString('latin1'));

about('a stream of frames', () => {
  it('is the same frames wherever it is cut in two', () => {
    for (let cut = 0; cut <= STREAM.length; cut++) {
      const splitter = frameSplitter();
      expect(framesOf(splitter, [STREAM.subarray(0, cut), STREAM.subarray(cut)])).toEqual(expected);
      splitter.end();
    }
  });

  it.each([1, 2, 3, 5, 7, 64, 1_000])('is the same frames in pieces of %i bytes', (size) => {
    const pieces = Array.from({ length: Math.ceil(STREAM.length / size) }, (_, i) =>
      Uint8Array.from(STREAM.subarray(i * size, (i + 1) * size)),
    );
    expect(framesOf(frameSplitter(), pieces)).toEqual(expected);
  });

  it('keeps what it holds when the piece is used again', () => {
    const splitter = frameSplitter();
    const piece = Buffer.from(STREAM.subarray(0, 200));
    splitter.push(piece, () => undefined);
    piece.fill(0);
    expect(framesOf(splitter, [STREAM.subarray(200)])).toEqual(expected.slice(2));
  });

  it('tells whether it is inside a frame', () => {
    const splitter = frameSplitter();
    expect(splitter.isInside).toBe(false);
    splitter.push(STREAM.subarray(0, 1), () => undefined);
    expect(splitter.isInside).toBe(true);
    splitter.push(STREAM.subarray(1, 3), () => undefined);
    expect(splitter.isInside).toBe(false);
  });

  it('that stops inside a frame is cut off', () => {
    const splitter = frameSplitter();
    splitter.push(STREAM.subarray(0, 5), () => undefined);
    expect(codeOf(() => splitter.end())).toBe('frame.truncated frame 5');
  });

  it('with a length of 0 is refused, and all that follows', () => {
    const splitter = frameSplitter();
    const frames: string[] = [];
    const push = (bytes: Buffer) => splitter.push(bytes, (each) => frames.push(each.toString()));
    expect(codeOf(() => push(Buffer.concat([frame(Buffer.from('good')), Buffer.alloc(2)])))).toBe(
      'frame.empty frame 6',
    );
    expect(frames).toEqual(['good']);
    expect(codeOf(() => push(STREAM))).toBe('frame.empty frame 6');
  });

  it('with a length over the most is refused before its bytes come', () => {
    const splitter = frameSplitter(100);
    expect(codeOf(() => splitter.push(Buffer.from([0, 101]), () => undefined))).toBe('frame.overlong frame 0');
  });
});

about('a frame', () => {
  it('is a message behind its length', () => {
    const codec = compile(tallystick);
    const message = { mti: '0800', fields: { 11: '000001', 70: '301' } };
    expect(encodeFrame(codec, message)).toEqual(frame(codec.encode(message)));
    expect(frame(Buffer.from('abc')).toString('hex')).toBe('0003616263');
  });

  it('is not empty, and not over 65535 bytes', () => {
    expect(codeOf(() => frame(Buffer.alloc(0)))).toBe('frame.empty frame 0');
    expect(codeOf(() => frame(Buffer.alloc(65_536)))).toBe('frame.overlong frame 0');
    expect(frame(Buffer.alloc(65_535))).toHaveLength(65_537);
  });
});
