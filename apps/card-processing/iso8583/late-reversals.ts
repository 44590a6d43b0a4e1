// An authorisation that was answered with nothing but that it took too long may have been approved all the same: it is taken back, whether an
// approval is found or not (lifecycles, section 5).
import { type BookDate, holdsCardNumber } from '@tallystick/contracts';
import { type AccountId, type Micros, unknownCardId } from '@tallystick/ledger-core';
import type { KeysBody } from '../gateway.schemas.js';
import { CALLER } from '../prepared.js';
import type { Outbox } from '../stand-in/outbox.js';
import type { CardTokens } from '../tokens.js';

export interface LateAuthorisation {
  /** Idempotency key of the authorisation. */
  readonly key: string;
  /** Of the authorisation, the same for its repeats, without a card number. */
  readonly name: string;
  readonly cardNumber: string;
  readonly keys: KeysBody;
  /** DE39 that it is answered with. */
  readonly responseCode: string;
}

export interface LateReversalsPorts {
  readonly outbox: Outbox;
  readonly tokens: CardTokens;
  readonly clock: () => Micros;
  readonly bookDate: BookDate;
}

/** Whose the card is is found out at the delivery. */
const NOT_PLACED = '' as AccountId;

export class LateReversals {
  constructor(private readonly ports: LateReversalsPorts) {}

  /** Not taken back yet. */
  get waiting(): number {
    return this.ports.outbox.waiting('late');
  }

  /** Taken back from now on. Resolves once that is recorded, or could not be within 300 ms. */
  async add({ key, name, cardNumber, keys, responseCode }: LateAuthorisation): Promise<void> {
    // The ledger was never asked with such keys, and no record may hold them.
    if (Object.values(keys).some(holdsCardNumber)) return;
    const { outbox, tokens, clock, bookDate } = this.ports;
    const token = tokens.tokenOf(cardNumber);
    const effectiveAt = clock();
    const { acquirer, stan, rrn, transmitted_at: transmittedAt } = keys;
    const command = {
      type: 'ReverseAuthorisation' as const,
      cardId: unknownCardId(token),
      transactionId: null,
      originalKeys: { acquirer, stan, rrn, transmittedAt },
      replacement: null,
      reason: 'ANSWERED_LATE' as const,
    };
    const asked = { key: `late.${key}`, effectiveAt, localDate: bookDate(effectiveAt), causedAt: 0n, command };
    await outbox.addNow({
      kind: 'late',
      id: `late/${name}`,
      request: { accountId: NOT_PLACED, caller: CALLER, commands: [asked] },
      tokens: [token, ...tokens.olderTokensOf(cardNumber)],
      name,
      responseCode,
    });
  }

  /** Waits for those that only this process knows of, until the signal is aborted. */
  settled(signal: AbortSignal): Promise<void> {
    return this.ports.outbox.settled(signal);
  }
}
