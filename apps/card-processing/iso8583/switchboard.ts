// What becomes of each ISO 8583 message: read, decided by the gateway, answered. Knows nothing of connections.

import type { CallContext } from '@tallystick/contracts';
import { type Codec, encodeFrame, Iso8583Error, type Iso8583Message, type PartialMessage } from '@tallystick/iso8583';
import { callScopeOf, type ScopeOptions } from '@tallystick/transport/service';
import type { Answered } from '../answers.js';
import { type DecisionAsked, decisionOf } from '../asked.js';
import type { DecisionCounts } from '../decision-counts.js';
import type { Gateway } from '../gateway.js';
import { failed, type Refusal, unreached } from '../refusals.js';
import type { CardTokens } from '../tokens.js';
import type { AnsweredLate } from './answered-late.js';
import { text } from './fields.js';
import type { LateAuthorisation } from './late-reversals.js';
import { type Asked, askedBy } from './requests.js';
import {
  APPROVED,
  FORMAT_ERROR,
  INVALID_TRANSACTION,
  responseOfAnswer,
  responseTo,
  responseToEnquiry,
  UNAVAILABLE,
} from './responses.js';

export interface SwitchboardPorts {
  readonly codec: Codec;
  readonly gateway: Gateway;
  readonly tokens: CardTokens;
  readonly counts: DecisionCounts;
  readonly scope: ScopeOptions;
  readonly late: AnsweredLate;
  /** Told of each authorisation that may have been approved though it is answered otherwise, which waits for it; never rejects. */
  readonly onLate: (late: LateAuthorisation) => Promise<void>;
  /** Told of each message that could not be read, by the error's code. */
  readonly onUnreadable: (code: string) => void;
  /** Told of what nobody expected; the message is answered nevertheless. */
  readonly report: (error: unknown) => void;
}

/** DE70. */
const NETWORK_FUNCTIONS: ReadonlySet<string> = new Set(['001', '002', '301']);
const SIGN_OFF = '002';
/** Of our own messages: it counts up from here and begins again. */
const STANS = 1_000_000;
const REQUEST_DIGITS: ReadonlySet<string> = new Set(['0', '2']);

export class Switchboard {
  /** By all that is asked: a repeat that comes meanwhile waits for the same decision. */
  readonly #deciding = new Map<string, Promise<Answered>>();
  #refusing = false;
  #stan = 0;

  constructor(private readonly ports: SwitchboardPorts) {}

  /** From now on nothing new is decided: 91, and the sender goes elsewhere. */
  refuse(): void {
    this.#refusing = true;
  }

  /** What is said when we leave: a sign-off. */
  farewell(nowMs: number): Buffer {
    this.#stan = (this.#stan % (STANS - 1)) + 1;
    const at = new Date(nowMs).toISOString();
    const fields = {
      7: `${at.slice(5, 7)}${at.slice(8, 10)}${at.slice(11, 19).replaceAll(':', '')}`,
      11: String(this.#stan).padStart(6, '0'),
      70: SIGN_OFF,
    };
    return encodeFrame(this.ports.codec, { mti: '0800', fields });
  }

  /** The response, framed; undefined for what has none. Neither throws nor rejects: one message must never cost the others their link. */
  answer(bytes: Buffer): Promise<Buffer | undefined> | Buffer | undefined {
    try {
      const answer = this.#answer(bytes);
      return answer instanceof Promise ? answer.catch((error) => this.#unexpected(error)) : answer;
    } catch (error) {
      return this.#unexpected(error);
    }
  }

  #unexpected(error: unknown): undefined {
    this.ports.report(error);
  }

  #answer(bytes: Buffer): Promise<Buffer> | Buffer | undefined {
    const { codec, scope } = this.ports;
    let message: Iso8583Message;
    try {
      message = codec.decode(bytes);
    } catch (error) {
      if (!(error instanceof Iso8583Error)) throw error;
      this.ports.onUnreadable(error.code);
      return this.#formatError(error.partial);
    }
    const { mti, fields } = message;
    const asked = askedBy(mti, fields, scope.time.now());
    switch (asked.kind) {
      case 'refused':
        this.ports.counts.count(asked);
        return encodeFrame(codec, responseTo(mti, fields, asked.responseCode));
      case 'response':
        return undefined;
      case 'unsupported':
        return encodeFrame(codec, responseTo(mti, fields, INVALID_TRANSACTION));
      case 'network':
        return encodeFrame(
          codec,
          responseTo(mti, fields, NETWORK_FUNCTIONS.has(asked.code) ? APPROVED : INVALID_TRANSACTION),
        );
    }
    if (this.#refusing) return encodeFrame(codec, responseTo(mti, fields, UNAVAILABLE));
    if (asked.kind === 'enquiry') return this.#enquire(message, asked);
    const { late } = this.ports;
    const responseCode = late.isEmpty ? undefined : late.responseCodeOf(this.#nameOf(asked));
    if (responseCode !== undefined) return encodeFrame(codec, responseTo(mti, fields, responseCode));
    return this.#decide(asked).then((answered) =>
      encodeFrame(
        codec,
        answered.kind === 'refused'
          ? responseTo(mti, fields, answered.responseCode)
          : responseOfAnswer(mti, fields, answered),
      ),
    );
  }

  /** Where as much could be read as an answer needs. */
  #formatError({ mti, fields }: PartialMessage): Buffer | undefined {
    if (mti === undefined || text(fields, 11) === undefined || !REQUEST_DIGITS.has(mti.charAt(2))) return undefined;
    return encodeFrame(this.ports.codec, responseTo(mti, fields, FORMAT_ERROR));
  }

  async #enquire({ mti, fields }: Iso8583Message, { enquiry }: Extract<Asked, { kind: 'enquiry' }>): Promise<Buffer> {
    const { codec, gateway, report } = this.ports;
    const answered = await gateway.enquire(enquiry, this.#context()).catch((error) => {
      report(error);
      return failed;
    });
    return encodeFrame(
      codec,
      answered.kind === 'balances'
        ? responseToEnquiry(mti, fields, answered.balances, answered.currency)
        : responseTo(mti, fields, answered.responseCode),
    );
  }

  #decide(asked: DecisionAsked): Promise<Answered> {
    const same = `${asked.key} ${JSON.stringify(asked.body)}`;
    const underWay = this.#deciding.get(same);
    if (underWay !== undefined) return underWay;
    const { gateway, counts, report } = this.ports;
    const deciding = decisionOf(gateway, asked, this.#context())
      .catch((error: unknown) => {
        report(error);
        return failed;
      })
      .then((answered) => {
        this.#deciding.delete(same);
        counts.count(answered);
        if (answered.kind !== 'refused' || answered.status < 500) return answered;
        return this.#unanswered(asked, answered).then(() => answered);
      });
    this.#deciding.set(same, deciding);
    return deciding;
  }

  /** Only what an approval would have held or posted is taken back; everything else the sender repeats until it is answered. */
  async #unanswered(asked: DecisionAsked, answered: Refusal): Promise<void> {
    if (asked.kind !== 'authorisation' && asked.kind !== 'increment') return;
    const { keys, card } = asked.body;
    if (keys === undefined || card.number === undefined) return;
    const name = this.#nameOf(asked);
    const { responseCode } = answered;
    this.ports.late.remember(name, responseCode);
    if (answered === unreached) return;
    await this.ports.onLate({ key: asked.key, name, cardNumber: card.number, keys, responseCode });
  }

  /** What tells a transaction from every other, without a card number: this is kept. */
  #nameOf({ key, body }: DecisionAsked): string {
    return `${this.ports.tokens.tokenOf(body.card.number ?? '')} ${key}`;
  }

  #context(): CallContext {
    return callScopeOf({}, this.ports.scope);
  }
}
