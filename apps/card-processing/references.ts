// What a file calls a card: a card number becomes its keyed token, anything else (a masked number, say) is taken as it is.
import { maskCardNumber, maskCardNumbersIn } from '@tallystick/contracts';
import { lettersOf } from '@tallystick/events';
import type { CardToken } from '@tallystick/ledger-core';
import type { CardTokens } from './tokens.js';

const NUMBER = /^[0-9]{12,19}$/;

export interface KnownReference {
  readonly token: CardToken;
  /** May be shown and stored. */
  readonly reference: string;
}

export function tokenOfReference(text: string, tokens: CardTokens): KnownReference {
  const digits = text.replace(/[\s-]/g, '');
  if (NUMBER.test(digits)) return { token: tokens.tokenOf(digits), reference: maskCardNumber(digits) };
  return { token: `ref_${lettersOf(text)}` as CardToken, reference: maskCardNumbersIn(text) };
}
