// The card gateway over Kafka (docs/kafka-gateway.md): the same decisions by the same keys as over HTTP, asked for and answered on topics.
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { ReceivedRequest, Reply, RequestTopic } from '@tallystick/bus';
import { holdsCardNumber } from '@tallystick/contracts';
import { type AuthorisationRequest, DecodingError, decodeMessage, encodeMessage } from '@tallystick/events';
import { type CallScope, isTraceparent } from '@tallystick/transport';
import { callScopeOf, ProblemError, type ScopeOptions } from '@tallystick/transport/service';
import { Counter, type Registry } from 'prom-client';
import type { Answered } from './answers.js';
import { type AuthorisationAsked, decisionOf } from './asked.js';
import { askedBy, responseOf, shownRequestId } from './authorisation-requests.js';
import type { DecisionCounts } from './decision-counts.js';
import type { Gateway } from './gateway.js';
import { isRefusal } from './messages.js';
import { badParam, failed, type Refusal, refusal, timedOut } from './refusals.js';

export interface GatewayOverKafkaPorts {
  readonly requests: RequestTopic;
  readonly gateway: Gateway;
  readonly counts: DecisionCounts;
  readonly metrics: Registry;
  readonly scope: ScopeOptions;
  /** Told of what nobody expected; the request is answered nevertheless. */
  readonly report: (error: unknown) => void;
}

/** A request on its way to an answer. */
interface Waiting {
  readonly asked: AuthorisationAsked;
  readonly scope: CallScope;
  /** Whether whoever asked records a trace of it. */
  readonly traced: boolean;
  readonly place: number;
}

/** Names of the headers, as over HTTP. */
const DEADLINE = 'x-request-deadline';
const TRACEPARENT = 'traceparent';
const REQUEST_ID = 'request-id';

export class GatewayOverKafka implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #stopping = new AbortController();
  readonly #setAside: Counter;
  #serving: Promise<void> = Promise.resolve();

  constructor(private readonly ports: GatewayOverKafkaPorts) {
    this.#setAside = new Counter({
      name: 'gateway_requests_set_aside_total',
      help: 'Requests over Kafka that could not be decoded and went to the dead letters',
      registers: [ports.metrics],
    });
  }

  onApplicationBootstrap(): void {
    const { requests, report } = this.ports;
    this.#serving = requests.serve((received) => this.answerAll(received), this.#stopping.signal).catch(report);
  }

  async onModuleDestroy(): Promise<void> {
    this.#stopping.abort();
    await this.#serving;
  }

  /** Each in its place. Those of different keys are decided at the same time; of one key, what follows on authorisations after these. */
  async answerAll(received: readonly ReceivedRequest[]): Promise<readonly Reply[]> {
    const records = received.map(recordOf);
    const answers: Answered[] = new Array(received.length).fill(failed);
    const rounds = new Rounds();
    for (const [place, record] of records.entries()) {
      if (record instanceof DecodingError) continue;
      const request = received[place];
      if (request === undefined) continue;
      const waiting = this.#check(request, record, place);
      if (isRefusal(waiting)) answers[place] = waiting;
      else rounds.add(waiting, request.key);
    }
    for (const round of rounds.all) await this.#decide(round, answers);
    return received.map((request, place) => this.#reply(request, records[place], answers[place] ?? failed));
  }

  /** As over HTTP, nothing is decided for whoever has stopped waiting. */
  #check({ key, headers }: ReceivedRequest, record: AuthorisationRequest, place: number): Waiting | Refusal {
    if (key !== null && holdsCardNumber(latin1(key)))
      return badParam('key', "the message's key looks like a card number");
    const asked = askedBy(record);
    if (isRefusal(asked)) return asked;
    const { scope: options } = this.ports;
    try {
      const scope = callScopeOf({ [DEADLINE]: headers[DEADLINE], [TRACEPARENT]: headers[TRACEPARENT] }, options);
      if (options.time.now() >= scope.deadline) return timedOut;
      return { asked, scope, place, traced: isRecorded(headers[TRACEPARENT]) };
    } catch (error) {
      if (error instanceof ProblemError) return refusal(400, error.problem.code, error.problem.message);
      throw error;
    }
  }

  /** Authorisations go in one call, but one whose trace is being recorded has a call of its own, as a call has one trace. */
  async #decide(round: readonly Waiting[], answers: Answered[]): Promise<void> {
    const { gateway } = this.ports;
    const together: Waiting[] = [];
    const alone: Waiting[] = [];
    for (const one of round) (one.asked.kind === 'authorisation' && !one.traced ? together : alone).push(one);
    await Promise.all([
      this.#decideTogether(together, answers),
      ...alone.map(async ({ asked, scope, place }) => {
        answers[place] = await decisionOf(gateway, asked, scope).catch((error) => this.#unexpected(error));
      }),
    ]);
  }

  async #decideTogether(all: readonly Waiting[], answers: Answered[]): Promise<void> {
    if (all.length === 0) return;
    const { gateway, scope } = this.ports;
    const deadline = all.reduce((latest, one) => Math.max(latest, one.scope.deadline), 0);
    const context = callScopeOf({ [DEADLINE]: String(Math.ceil(deadline)) }, scope);
    const items = all.flatMap(({ asked }) =>
      asked.kind === 'authorisation' ? [{ ...asked.body, idempotency_key: asked.key }] : [],
    );
    const decided = await gateway.authoriseAll(items, context).catch((error) => this.#unexpected(error));
    for (const [index, { place }] of all.entries())
      answers[place] = isRefusal(decided) ? decided : (decided[index] ?? failed);
  }

  #unexpected(error: unknown): Refusal {
    this.ports.report(error);
    return failed;
  }

  #reply(
    request: ReceivedRequest,
    record: AuthorisationRequest | DecodingError | undefined,
    answered: Answered,
  ): Reply {
    if (record === undefined || record instanceof DecodingError) {
      this.#setAside.inc();
      return { kind: 'set aside', reason: record?.message ?? 'it has no value', copied: !mayHoldCardNumber(request) };
    }
    this.ports.counts.count(answered);
    const requestId = shownRequestId(record);
    const { key, headers } = request;
    const traceparent = headers[TRACEPARENT];
    return {
      kind: 'response',
      key: key === null || holdsCardNumber(latin1(key)) ? Buffer.from(requestId) : key,
      value: encodeMessage('AuthorisationResponse', responseOf(requestId, answered)),
      headers: {
        [REQUEST_ID]: requestId,
        ...(traceparent !== undefined && isTraceparent(traceparent) ? { [TRACEPARENT]: traceparent } : {}),
      },
    };
  }
}

/** Requests that may be decided at the same time, then those that must come after them. */
class Rounds {
  readonly all: Waiting[][] = [];
  readonly #lastOfKey = new Map<string, { readonly round: number; readonly kind: AuthorisationAsked['kind'] }>();

  add(waiting: Waiting, key: Uint8Array | null): void {
    const { kind } = waiting.asked;
    const name = key === null ? undefined : latin1(key);
    const last = name === undefined ? undefined : this.#lastOfKey.get(name);
    const follows = last !== undefined && !(last.kind === 'authorisation' && kind === 'authorisation');
    const round = (last?.round ?? 0) + (follows ? 1 : 0);
    if (name !== undefined) this.#lastOfKey.set(name, { round, kind });
    const there = this.all[round];
    if (there === undefined) this.all[round] = [waiting];
    else there.push(waiting);
  }
}

function recordOf({ value }: ReceivedRequest): AuthorisationRequest | DecodingError {
  if (value === null) return new DecodingError('unknown_schema', 'it has no value');
  try {
    return decodeMessage('AuthorisationRequest', value);
  } catch (error) {
    if (error instanceof DecodingError) return error;
    throw error;
  }
}

function isRecorded(traceparent: string | undefined): boolean {
  return traceparent !== undefined && isTraceparent(traceparent) && traceparent.endsWith('-01');
}

/** What can't be decoded may be anything, and no card number is put on the bus a second time. */
function mayHoldCardNumber({ key, value, headers }: ReceivedRequest): boolean {
  const texts = [...Object.keys(headers), ...Object.values(headers)];
  for (const bytes of [key, value]) if (bytes !== null) texts.push(latin1(bytes));
  return texts.some((text) => text !== undefined && holdsCardNumber(text));
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
