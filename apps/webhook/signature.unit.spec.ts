import { describe, expect, it } from '@jest/globals';
import { newSecret, signatureHeaders } from './signature.js';

describe('a signature', () => {
  it('is the one that the test suite of Standard Webhooks publishes', () => {
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const signed = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', seconds: 1_614_265_330, body: '{"test": 2432232314}' };
    expect(signatureHeaders(secret, signed)).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });
});

describe('a new secret', () => {
  it('is 32 random bytes in base64 behind whsec_', () => {
    const secret = newSecret((bytes) => new Uint8Array(bytes).fill(7));
    expect(secret).toBe(`whsec_${Buffer.alloc(32, 7).toString('base64')}`);
  });
});
