// Who owns the account, after its opening.
import { holderOf } from './cards.js';
import type { AddAccountOwner, RemoveAccountOwner } from './commands.js';
import { type Decision, decided, reject } from './decision.js';
import type { AccountState, CardState } from './state.js';

const OWNERS_MAX = 16;
const ENDED: readonly CardState['status'][] = ['CANCELLED', 'REPLACED'];

export function decideOwner(state: AccountState, { type, userId }: AddAccountOwner | RemoveAccountOwner): Decision {
  if (state.status === 'CLOSED') return reject('AccountClosed');
  const isOwner = state.owners.includes(userId);
  if (type === 'AddAccountOwner') {
    if (isOwner) return reject('AlreadyOwner');
    if (state.owners.length >= OWNERS_MAX) return reject('TooManyOwners');
    return decided({ type: 'AccountOwnerAdded', userId, owners: [...state.owners, userId] });
  }
  if (!isOwner) return reject('UnknownOwner');
  if (state.owners.length === 1) return reject('LastOwner');
  const owners = state.owners.filter((owner) => owner !== userId);
  return decided({ type: 'AccountOwnerRemoved', userId, owners }, ...cardsCancelled(state, userId));
}

/** Nobody pays with the card of an account that is not theirs any more. */
function cardsCancelled(state: AccountState, holder: string) {
  const held = [...state.cards.values()].filter(
    (card) => holderOf(card, state) === holder && !ENDED.includes(card.status),
  );
  return held.map(({ cardId }) => ({ type: 'CardCancelled' as const, cardId, reason: 'owner_removed' }));
}
