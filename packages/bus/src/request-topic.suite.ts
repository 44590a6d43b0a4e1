import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Pause } from './port.js';
import type { ReceivedRequest, Reply, RequestHandler, RequestTopic } from './requests.js';

export interface SentRequest {
  readonly key: string;
  readonly value: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface SentReply {
  readonly key: string | null;
  /** Null where a dead letter must not hold it. */
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** One pair of topics, empty at first. */
export interface RequestTopicUnderTest {
  readonly topic: RequestTopic;
  /** In their order. */
  send(requests: readonly SentRequest[]): Promise<void>;
  /** All responses so far, in their order for each key, once there are so many. */
  responses(count: number): Promise<readonly SentReply[]>;
  deadLetters(count: number): Promise<readonly (SentReply & { readonly reason: string })[]>;
  dispose(): Promise<void>;
}

const textOf = (bytes: Uint8Array | null) => (bytes === null ? null : Buffer.from(bytes).toString());

/** Answers `x` by `x?`. */
function echo(request: ReceivedRequest): Reply {
  const key = request.key ?? Buffer.from('none');
  const headers = { 'request-id': request.headers['request-id'] ?? '' };
  return { kind: 'response', key, value: Buffer.from(`${textOf(request.value)}?`), headers };
}

const numbered = (key: string, from: number, count: number): SentRequest[] =>
  Array.from({ length: count }, (_, i) => ({ key, value: String(from + i) }));

/** What every adapter of a request topic promises. The factory's topic pauses by the function that it is given. */
export function describeRequestTopic(adapter: string, create: (pause: Pause) => Promise<RequestTopicUnderTest>): void {
  describe(adapter, () => {
    let given: RequestTopicUnderTest;
    let pauses: number[];
    let stopping: AbortController;
    let serving: Promise<void>[];

    beforeEach(async () => {
      pauses = [];
      stopping = new AbortController();
      serving = [];
      given = await create(async (milliseconds) => {
        pauses.push(milliseconds);
        await new Promise(setImmediate);
      });
    });

    afterEach(async () => {
      await stop();
      await given.dispose();
    });

    function serve(handler: RequestHandler): void {
      serving.push(given.topic.serve(handler, stopping.signal));
    }

    async function stop(): Promise<void> {
      stopping.abort();
      await Promise.all(serving);
      stopping = new AbortController();
      serving = [];
    }

    const valuesOf = (replies: readonly SentReply[], key: string) =>
      replies.filter((reply) => reply.key === key).map(({ value }) => value);
    const expected = (from: number, count: number) => Array.from({ length: count }, (_, i) => `${from + i}?`);

    describe('requests that came before anyone served', () => {
      it('are answered with their keys and headers, those of one key in order', async () => {
        await given.send([
          { key: 'a', value: '0', headers: { 'request-id': 'first' } },
          ...numbered('b', 0, 30),
          ...numbered('a', 1, 30),
        ]);
        serve(async (requests) => requests.map(echo));
        const responses = await given.responses(61);
        expect(valuesOf(responses, 'a')).toEqual(expected(0, 31));
        expect(valuesOf(responses, 'b')).toEqual(expected(0, 30));
        expect(responses.find(({ key, value }) => key === 'a' && value === '0?')?.headers).toMatchObject({
          'request-id': 'first',
        });
        expect(pauses).toEqual([]);
      });
    });

    describe('many requests', () => {
      it('are given in groups of a thousand at most', async () => {
        let most = 0;
        serve(async (requests) => {
          most = Math.max(most, requests.length);
          return requests.map(echo);
        });
        await given.send(numbered('a', 0, 2_500));
        expect(valuesOf(await given.responses(2_500), 'a')).toEqual(expected(0, 2_500));
        expect(most).toBeLessThanOrEqual(1_000);
      });
    });

    describe('requests that are set aside', () => {
      it('go to the dead letters with the reason, and the others are answered', async () => {
        await given.send([
          ...numbered('a', 0, 2),
          { key: 'a', value: 'torn' },
          { key: 'a', value: 'secret' },
          ...numbered('a', 2, 2),
        ]);
        serve(async (requests) =>
          requests.map((request) => {
            const value = textOf(request.value);
            if (value === 'torn') return { kind: 'set aside', reason: 'it is torn', copied: true };
            return value === 'secret' ? { kind: 'set aside', reason: 'it is secret', copied: false } : echo(request);
          }),
        );
        expect(valuesOf(await given.responses(4), 'a')).toEqual(expected(0, 4));
        const letters = await given.deadLetters(2);
        expect(letters.map(({ key, value, reason }) => ({ key, value, reason }))).toEqual(
          expect.arrayContaining([
            { key: 'a', value: 'torn', reason: 'it is torn' },
            { key: null, value: null, reason: 'it is secret' },
          ]),
        );
      });
    });

    describe('a handler that fails', () => {
      it('is given the same requests again after pauses that grow', async () => {
        let failures = 3;
        await given.send(numbered('a', 0, 5));
        const firsts: (string | null)[] = [];
        serve(async (requests) => {
          firsts.push(textOf(requests[0]?.value ?? null));
          if (failures-- > 0) throw new Error('not now');
          return requests.map(echo);
        });
        expect(valuesOf(await given.responses(5), 'a')).toEqual(expected(0, 5));
        expect(firsts.slice(0, 4)).toEqual(['0', '0', '0', '0']);
        expect(pauses).toHaveLength(3);
        expect(pauses.every((pause, i) => pause > (pauses[i - 1] ?? 0))).toBe(true);
      });
    });

    describe('a run that is aborted', () => {
      it('before it has started, takes nothing', async () => {
        await given.send(numbered('a', 0, 1));
        stopping.abort();
        let asked = 0;
        serve(async (requests) => {
          asked++;
          return requests.map(echo);
        });
        await Promise.all(serving);
        expect(asked).toBe(0);
      });

      it('answers what is under way, and the next one goes on behind it', async () => {
        await given.send(numbered('a', 0, 5));
        serve(async (requests) => {
          stopping.abort();
          // Some turns of the event loop, in which an impatient run would end.
          for (let i = 0; i < 10; i++) await new Promise(setImmediate);
          return requests.map(echo);
        });
        await Promise.all(serving);
        await stop();
        expect(valuesOf(await given.responses(5), 'a')).toEqual(expected(0, 5));
        await given.send(numbered('a', 5, 5));
        const values: (string | null)[] = [];
        serve(async (requests) => {
          values.push(...requests.map(({ value }) => textOf(value)));
          return requests.map(echo);
        });
        expect(valuesOf(await given.responses(10), 'a')).toEqual(expected(0, 10));
        expect(values).toEqual(['5', '6', '7', '8', '9']);
      });
    });
  });
}
