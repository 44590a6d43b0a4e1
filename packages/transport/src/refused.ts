import { CallFailed } from './call-failed.js';

/** Why a service turns a call away before it looks at it. */
export type Refusal = 'unanswered' | 'overloaded' | 'closing';

const MESSAGES: Readonly<Record<Refusal, string>> = {
  unanswered: 'does not answer here',
  overloaded: 'has too many calls under way',
  closing: 'is closing',
};

/** The call had no effect: the service never saw it. */
export class Refused extends CallFailed {
  constructor(
    service: string,
    readonly reason: Refusal,
  ) {
    super({ code: 'unavailable', message: `${service} ${MESSAGES[reason]}`, retryable: true, sent: false });
  }
}
