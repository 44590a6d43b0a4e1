// What the auth service answers. Only credentials live there: users are the accounts service's.
import { Type } from '@sinclair/typebox';
import { defineContract, method } from './contract.js';
import { big, orNull } from './ledger-commands.js';

const known = Type.Object({
  userId: Type.String(),
  /** Of the OAuth client that the token was given to. */
  clientId: Type.String(),
  /** False until the user has approved the client: then only who they are is told (customer-api.md, 3.2). */
  approved: Type.Boolean(),
  /** Microseconds since 1970: until then the whole history may be read (customer-api.md, 7.2). */
  wholeHistoryUntil: big,
});

export const authContract = defineContract('auth', {
  /** What a bearer token stands for. Asked at every request of a customer. */
  authenticate: method({
    request: Type.Object({ token: Type.String() }),
    response: Type.Object({
      known: orNull(known),
      /** Why it is not known; null where it is. */
      refused: orNull(Type.Union([Type.Literal('unknown'), Type.Literal('expired'), Type.Literal('evicted')])),
    }),
    idempotent: true,
    mutates: false,
  }),
  /** Whether the user's approval of the client stands: given for its newest login, which nobody has ended. Tokens may have expired. */
  isApproved: method({
    request: Type.Object({ userId: Type.String(), clientId: Type.String() }),
    response: Type.Object({ approved: Type.Boolean() }),
    idempotent: true,
    mutates: false,
  }),
  /** A token made by an operator: approved, with the whole history, until it expires. */
  issue: method({
    request: Type.Object({
      userId: Type.String(),
      clientId: Type.String(),
      lifetimeSeconds: Type.Integer({ minimum: 1 }),
    }),
    response: Type.Object({ token: Type.String() }),
    idempotent: false,
    mutates: true,
  }),
  /**
   * Ends all that a user can be here, once for ever: what they log in with, and what clients hold of them. Again: no effect, whatever login
   * the staff have given since.
   */
  forget: method({
    request: Type.Object({ userId: Type.String() }),
    response: Type.Object({}),
    idempotent: true,
    mutates: true,
  }),
  /** Who of the bank's own people a bearer token is; null where it is nobody's. */
  authenticateStaff: method({
    request: Type.Object({ token: Type.String() }),
    response: Type.Object({
      known: orNull(
        Type.Object({
          name: Type.String(),
          /** An operator does everything; a reader looks. */
          role: Type.Union([Type.Literal('operator'), Type.Literal('reader')]),
        }),
      ),
    }),
    idempotent: true,
    mutates: false,
  }),
});
