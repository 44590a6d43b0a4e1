// Cards of the account: one card belongs to one account for ever.
import type { CardCommand, CommandContext, IssueCard, ReplaceCard } from './commands.js';
import { type Decision, decided, reject, repeatOr } from './decision.js';
import { type AccountState, type CardState, STAFF } from './state.js';

/** Which states a command may find the card in. */
const ALLOWED: Readonly<Record<Exclude<CardCommand['type'], 'IssueCard'>, readonly CardState['status'][]>> = {
  ActivateCard: ['INACTIVE'],
  FreezeCard: ['INACTIVE', 'ACTIVE'],
  UnfreezeCard: ['INACTIVE', 'ACTIVE'],
  ReplaceCard: ['INACTIVE', 'ACTIVE', 'LOST', 'STOLEN'],
  ReportCardLost: ['INACTIVE', 'ACTIVE'],
  ReportCardStolen: ['INACTIVE', 'ACTIVE', 'LOST'],
  CancelCard: ['INACTIVE', 'ACTIVE', 'LOST', 'STOLEN'],
  SetCardControls: ['INACTIVE', 'ACTIVE'],
  SetCardLimits: ['INACTIVE', 'ACTIVE'],
};

export function decideCard(state: AccountState, command: CardCommand, context: CommandContext): Decision {
  if (state.status === 'CLOSED') return reject('AccountClosed');
  if (command.type === 'IssueCard') return issueCard(state, command, context);
  const card = state.cards.get(command.cardId);
  if (card === undefined) return reject('UnknownCard');
  if (!ALLOWED[command.type].includes(card.status)) return reject('CardState');
  const { cardId } = command;
  switch (command.type) {
    case 'ActivateCard':
      return decided({ type: 'CardActivated', cardId });
    case 'FreezeCard':
      return freezeCard(card, command.frozenBy);
    case 'UnfreezeCard':
      return unfreezeCard(card, command.unfrozenBy);
    case 'ReplaceCard':
      return replaceCard(state, card, command);
    case 'ReportCardLost':
      return decided({ type: 'CardReportedLost', cardId });
    case 'ReportCardStolen':
      return decided({ type: 'CardReportedStolen', cardId });
    case 'CancelCard':
      return decided({ type: 'CardCancelled', cardId, reason: command.reason });
    case 'SetCardControls':
      return decided({ type: 'CardControlsSet', cardId, controls: command.controls });
    case 'SetCardLimits':
      return decided({ type: 'CardLimitsSet', cardId, limits: command.limits });
  }
}

/** The bank's freeze and a customer's stand beside each other. */
function freezeCard({ cardId, frozenByBank, frozenByCustomer }: CardState, frozenBy: string): Decision {
  const isFrozen = frozenBy === STAFF ? frozenByBank : frozenByCustomer !== null;
  return isFrozen ? reject('CardState') : decided({ type: 'CardFrozen', cardId, frozenBy });
}

/** The bank lifts its own freeze first; a customer's only where that is the one there is. */
function unfreezeCard({ cardId, frozen, frozenByBank, frozenByCustomer }: CardState, unfrozenBy: string): Decision {
  if (!frozen || (frozenByBank && unfrozenBy !== STAFF)) return reject('CardState');
  const unfrozen = { type: 'CardUnfrozen' as const, cardId };
  if (!frozenByBank || frozenByCustomer === null) return decided(unfrozen);
  return decided(unfrozen, { type: 'CardFrozen', cardId, frozenBy: frozenByCustomer });
}

function issueCard(state: AccountState, command: IssueCard, context: CommandContext): Decision {
  const known = state.cards.get(command.cardId);
  if (known !== undefined) return repeatOr('IdInUse', known, context);
  const { cardId, token, masked, expiry, active, controls, limits } = command;
  if (command.holder === null && state.owners.length > 1) return reject('HolderNeeded');
  const holder = command.holder ?? state.owners[0] ?? null;
  if (holder !== null && !state.owners.includes(holder)) return reject('HolderNotOwner');
  return decided({ type: 'CardIssued', cardId, token, masked, expiry, holder, active, controls, limits });
}

/**
 * Whose the card is. One that names nobody was issued before the account had several owners: it is the first owner's, and is cancelled
 * when they go.
 */
export function holderOf(
  { holder }: Pick<CardState, 'holder'>,
  { owners }: Pick<AccountState, 'owners'>,
): string | null {
  return holder ?? owners[0] ?? null;
}

/** The new card has the old one's holder, controls, limits and the bank's freeze, and waits for its activation. */
function replaceCard(state: AccountState, old: CardState, command: ReplaceCard): Decision {
  const { cardId, token, masked, expiry } = command.replacement;
  const { controls, limits } = old;
  const holder = holderOf(old, state);
  if (state.cards.has(cardId)) return reject('IdInUse');
  const frozen = old.frozenByBank ? [{ type: 'CardFrozen' as const, cardId, frozenBy: STAFF }] : [];
  return decided(
    { type: 'CardReplaced', cardId: old.cardId, replacementCardId: cardId },
    { type: 'CardIssued', cardId, token, masked, expiry, holder, active: false, controls, limits },
    ...frozen,
  );
}
