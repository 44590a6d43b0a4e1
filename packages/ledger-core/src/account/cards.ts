// Cards of the account: one card belongs to one account for ever.
import type { CardCommand, CommandContext, IssueCard, ReplaceCard } from './commands.js';
import { type Decision, decided, reject, repeatOr } from './decision.js';
import type { AccountState, CardState } from './state.js';

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

/** Who freezes and unfreezes for the bank. What it has frozen, no customer unfreezes. */
export const STAFF = 'staff';

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
      return card.frozen && !(command.frozenBy === STAFF && card.frozenBy !== STAFF)
        ? reject('CardState')
        : decided({ type: 'CardFrozen', cardId, frozenBy: command.frozenBy });
    case 'UnfreezeCard':
      return card.frozen && (card.frozenBy !== STAFF || command.unfrozenBy === STAFF)
        ? decided({ type: 'CardUnfrozen', cardId })
        : reject('CardState');
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

function issueCard(state: AccountState, command: IssueCard, context: CommandContext): Decision {
  const known = state.cards.get(command.cardId);
  if (known !== undefined) return repeatOr('IdInUse', known, context);
  const { cardId, token, masked, expiry, active, controls, limits } = command;
  const holder = command.holder ?? onlyOwner(state);
  if (holder !== null && !state.owners.includes(holder)) return reject('HolderNotOwner');
  return decided({ type: 'CardIssued', cardId, token, masked, expiry, holder, active, controls, limits });
}

/** Whose a card is that names nobody: it stays theirs when others come to own the account. */
function onlyOwner({ owners }: AccountState): string | null {
  return owners.length === 1 ? (owners[0] ?? null) : null;
}

/** The new card has the old one's holder, controls, limits and the bank's freeze, and waits for its activation. */
function replaceCard(state: AccountState, old: CardState, command: ReplaceCard): Decision {
  const { cardId, token, masked, expiry } = command.replacement;
  const { holder, controls, limits } = old;
  if (state.cards.has(cardId)) return reject('IdInUse');
  const frozen = old.frozenBy === STAFF ? [{ type: 'CardFrozen' as const, cardId, frozenBy: STAFF }] : [];
  return decided(
    { type: 'CardReplaced', cardId: old.cardId, replacementCardId: cardId },
    { type: 'CardIssued', cardId, token, masked, expiry, holder, active: false, controls, limits },
    ...frozen,
  );
}
