// The body of a request: held until it is complete where it is small, passed on with its bytes counted where it is an upload.
import type { IncomingMessage } from 'node:http';
import { Transform } from 'node:stream';
import { CallScope, type DeadlineWheel } from '@tallystick/transport';
import { ProblemError } from '@tallystick/transport/service';

/** Whether there is one, by its headers (RFC 9112, 6.3). */
export function hasBody({ headers }: IncomingMessage): boolean {
  const { 'content-length': length, 'transfer-encoding': coding } = headers;
  return coding !== undefined || (length !== undefined && Number(length) > 0);
}

/** @throws ProblemError, 413, where the header already says so */
export function refuseLongBody({ headers }: IncomingMessage, bytesMax: number): void {
  if (Number(headers['content-length'] ?? 0) > bytesMax) throw tooLarge();
}

export interface BodyLimits {
  readonly bytesMax: number;
  /** Milliseconds from now. */
  readonly arrivalMs: number;
  readonly wheel: DeadlineWheel;
}

/** The whole body. @throws ProblemError: 413, 408. Rejects with another error where the caller leaves */
export async function readBody(request: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
  const { bytesMax, arrivalMs, wheel } = limits;
  const scope = new CallScope({ deadline: wheel.now() + arrivalMs, correlationId: '', actor: 'edge-proxy' });
  const guard = wheel.guard(scope);
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      const parts: Buffer[] = [];
      let bytes = 0;
      scope.onCancel(() => reject(tooSlow()));
      request.on('data', (part: Buffer) => {
        bytes += part.length;
        if (bytes > bytesMax) reject(tooLarge());
        else parts.push(part);
      });
      request.once('end', () => resolve(parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts)));
      request.once('close', () => reject(new Error('the caller left in the middle of a body')));
      request.once('error', reject);
    });
  } finally {
    guard.leave();
  }
}

/**
 * The body as it comes, never more of it than allowed. What reads it may be destroyed without the caller's connection, on which the answer
 * goes out.
 */
export function passedOn(request: IncomingMessage, bytesMax: number): Transform {
  let bytes = 0;
  const counted = new Transform({
    transform(part: Buffer, _encoding, done) {
      bytes += part.length;
      if (bytes > bytesMax) done(tooLarge());
      else done(null, part);
    },
  });
  // Whoever does not read it any more leaves the rest to be forgotten; the error is also the reader's, who tells of it.
  counted.once('error', () => undefined).once('close', () => request.unpipe(counted).resume());
  request.once('close', () => {
    if (!request.complete) counted.destroy(new Error('the caller left in the middle of a body'));
  });
  return request.pipe(counted);
}

function tooLarge(): ProblemError {
  return new ProblemError({ status: 413, code: 'bad_request.body_too_large', message: 'the body is too large' });
}

function tooSlow(): ProblemError {
  const message = 'the request took too long to arrive';
  return new ProblemError({ status: 408, code: 'bad_request.too_slow', message });
}
