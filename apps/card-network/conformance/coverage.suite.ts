// What the scenarios have to cover: lifecycles, section 1, by row, section 4 by rung, and the pairs of messages that act on each other.
import { declines } from '@tallystick/ledger-core';

/** Rows of the table of card transactions, by what can be sent. */
export const ROWS = [
  'authorisation',
  'partial approval',
  'authorisation declined',
  'account status inquiry',
  'money coming in',
  'balance enquiry',
  'increment',
  'advice of an approval',
  'advice adjusts a hold',
  'advice of a decline',
  'full reversal',
  'partial reversal',
  'reversal of an increment',
  'single message',
  'reversal of a single message',
  'completion',
  'clearing',
  'partial clearing',
  'over-captured or forced clearing',
  'clearing repeated',
  'clearing key reused',
  'refund',
  'presentment reversal',
  'reversal of a refund',
  'expiry',
  'clearing after expiry',
  'chargeback',
  'provisional credit',
  'second presentment',
  'outcome',
  'repeat',
  'format error',
  'unsupported message',
  'network message',
] as const;

export const PAIRS = [
  'advice after completion',
  'advice after decline',
  'advice after expiry',
  'advice after partial clearing',
  'advice after reversal',
  'advice before late authorisation',
  'chargeback after partial clearing',
  'chargeback after refund',
  'clearing after expiry',
  'completion after decline',
  'completion after partial reversal',
  'completion after reversal',
  'completion before authorisation',
  'completion over the authorised amount',
  'expiry after clearing',
  'expiry after partial clearing',
  'expiry after partial reversal',
  'increment after clearing',
  'increment after expiry',
  'increment after partial clearing',
  'increment after partial reversal',
  'increment after reversal',
  'partial reversal after partial clearing',
  'partial reversal before original',
  'presentment reversal',
  'presentment reversal during dispute',
  'refund during dispute',
  'repeat after completion',
  'repeat after expiry',
  'repeat after reversal',
  'reversal after completion',
  'reversal after expiry',
  'reversal after partial clearing',
  'reversal before original',
  'two completions',
  '0200 and partial 0420',
] as const;

/** Of the card's state and the account's there is only one at a time. */
const NEVER_BOTH = new Set([
  'card_lost > card_stolen',
  'card_stolen > card_cancelled',
  'account_closed > account_frozen',
]);

/** Each rung before the next one down that the same request can fail. */
function precedences(): string[] {
  const rungs = Object.keys(declines);
  const neighbours = rungs.slice(1).map((rung, index) => `${rungs[index]} > ${rung}`);
  return [
    // A card that nobody knows has no reversal of its own either: the first rung that it can fail too is the check of its code.
    'unknown_card > wrong_cvc',
    'card_lost > card_expired',
    'card_stolen > card_expired',
    'wrong_cvc > account_frozen',
    'account_closed > currency_mismatch',
    ...neighbours.filter((pair) => !NEVER_BOTH.has(pair) && !pair.startsWith('unknown_card')),
  ];
}

/** As the scenarios' `covers` has them. */
export const TO_COVER: readonly string[] = [
  ...ROWS.map((row) => `row:${row}`),
  ...Object.keys(declines).map((rung) => `rung:${rung}`),
  ...precedences().map((pair) => `precedence:${pair}`),
  ...PAIRS.map((pair) => `pair:${pair}`),
];
