// What a gateway is asked to decide, whichever way it came: over Kafka or over ISO 8583.
import type { CallContext } from '@tallystick/contracts';
import type { Answered } from './answers.js';
import type { Gateway } from './gateway.js';
import type { AdviceBody, AuthorisationBody, ClearingBody, IncrementBody, ReversalBody } from './gateway.schemas.js';

interface Of<Kind extends string, Body> {
  readonly kind: Kind;
  /** Idempotency key: a repeat has that of the first. */
  readonly key: string;
  /** The very body that HTTP would have brought. */
  readonly body: Body;
}

/** Up to the clearing. */
export type AuthorisationAsked =
  | Of<'authorisation', AuthorisationBody>
  | Of<'increment', IncrementBody>
  | Of<'advice', AdviceBody>
  | Of<'reversal', ReversalBody>;
export type DecisionAsked = AuthorisationAsked | Of<'completion', ClearingBody>;

export function decisionOf(gateway: Gateway, asked: DecisionAsked, context: CallContext): Promise<Answered> {
  switch (asked.kind) {
    case 'authorisation':
      return gateway.authorise(asked.body, asked.key, context);
    case 'increment':
      return gateway.increment(asked.body, asked.key, context);
    case 'advice':
      return gateway.advise(asked.body, asked.key, context);
    case 'reversal':
      return gateway.reverse(asked.body, asked.key, context);
    case 'completion':
      return gateway.clear(asked.body, asked.key, context);
  }
}
