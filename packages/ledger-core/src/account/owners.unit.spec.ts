// Who owns an account and who holds its cards.
import { describe, it } from '@jest/globals';
import type { CardId, CardToken } from '../brands.js';
import { authorise, card, fund, issue, open } from './commands.suite.js';
import { given } from './specification.suite.js';

const second = 'card_2' as CardId;
const ann = issue({ holder: 'ann' });
const bob = issue({ cardId: second, holder: 'bob' });
const joint = open({ owners: ['ann', 'bob'] });
const add = (userId: string) => ({ type: 'AddAccountOwner', userId }) as const;
const remove = (userId: string) => ({ type: 'RemoveAccountOwner', userId }) as const;

describe('the owners of an account', () => {
  it('grow by one who is none yet', () => {
    given(open({ owners: ['ann'] }))
      .when(add('bob'))
      .thenEvents({ type: 'AccountOwnerAdded', userId: 'bob', owners: ['ann', 'bob'] })
      .when(add('bob'))
      .thenRejected('AlreadyOwner')
      .when(issue({ cardId: second, holder: 'bob' }))
      .thenEvents({ type: 'CardIssued', holder: 'bob' });
  });

  it('are sixteen at most', () => {
    const owners = Array.from({ length: 16 }, (_, n) => `user_${n}`);
    given(open({ owners })).when(add('ann')).thenRejected('TooManyOwners');
  });

  it('lose one with the cards that they hold, and no others', () => {
    given(joint, ann, bob, fund(100n))
      .when(remove('bob'))
      .thenEvents(
        { type: 'AccountOwnerRemoved', userId: 'bob', owners: ['ann'] },
        { type: 'CardCancelled', cardId: second, reason: 'owner_removed' },
      )
      .when(remove('bob'))
      .thenRejected('UnknownOwner')
      .when(authorise('1', 1n, { cardId: second }))
      .thenEvents({ type: 'AuthorisationDeclined', reason: 'card_cancelled' })
      .when(authorise('2', 1n))
      .thenEvents({ type: 'AuthorisationApproved' })
      .when(remove('ann'))
      .thenRejected('LastOwner');
  });

  it('are those of an open account', () => {
    given(joint, { type: 'CloseAccount' })
      .when(add('cyd'))
      .thenRejected('AccountClosed')
      .when(remove('bob'))
      .thenRejected('AccountClosed');
  });
});

describe('the holder of a card', () => {
  it('is one of the owners, and holds what replaces it', () => {
    const replacement = { cardId: second, token: 'token of 2' as CardToken, masked: null, expiry: null };
    given(joint)
      .when(issue({ holder: 'cyd' }))
      .thenRejected('HolderNotOwner')
      .when(ann)
      .thenEvents({ type: 'CardIssued', holder: 'ann' })
      .when({ type: 'ReplaceCard', cardId: card, replacement })
      .thenEvents({ type: 'CardReplaced' }, { type: 'CardIssued', cardId: second, holder: 'ann' });
  });
});

describe('a card that names no holder', () => {
  it('is the only owner’s, and stays theirs when another comes', () => {
    given(open({ owners: ['ann'] }))
      .when(issue())
      .thenEvents({ type: 'CardIssued', holder: 'ann' })
      .when(add('bob'))
      .thenEvents({ type: 'AccountOwnerAdded' })
      .when(remove('ann'))
      .thenEvents({ type: 'AccountOwnerRemoved' }, { type: 'CardCancelled', cardId: card });
  });

  it('is not issued for an account of several', () => {
    given(joint).when(issue()).thenRejected('HolderNeeded');
  });

  it('is nobody’s of an account of nobody, and then the first owner’s, who takes it along', () => {
    const replacement = { cardId: second, token: 'token of 2' as CardToken, masked: null, expiry: null };
    given(open({ owners: [] }))
      .when(issue())
      .thenEvents({ type: 'CardIssued', holder: null })
      .when(add('ann'))
      .thenEvents({ type: 'AccountOwnerAdded' })
      .when(add('bob'))
      .thenEvents({ type: 'AccountOwnerAdded' })
      .when({ type: 'ReplaceCard', cardId: card, replacement })
      .thenEvents({ type: 'CardReplaced' }, { type: 'CardIssued', cardId: second, holder: 'ann' });
    given(open({ owners: [] }), issue(), add('ann'), add('bob'))
      .when(remove('bob'))
      .thenEvents({ type: 'AccountOwnerRemoved' })
      .when(add('bob'))
      .thenEvents({ type: 'AccountOwnerAdded' })
      .when(remove('ann'))
      .thenEvents({ type: 'AccountOwnerRemoved' }, { type: 'CardCancelled', cardId: card, reason: 'owner_removed' });
  });
});

describe('a card that the bank has frozen', () => {
  const freeze = (frozenBy: string) => ({ type: 'FreezeCard', cardId: card, frozenBy }) as const;
  const unfreeze = (unfrozenBy: string) => ({ type: 'UnfreezeCard', cardId: card, unfrozenBy }) as const;

  it('is unfrozen by the bank alone', () => {
    given(joint, ann)
      .when(freeze('staff'))
      .thenEvents({ type: 'CardFrozen', frozenBy: 'staff' })
      .when(freeze('staff'))
      .thenRejected('CardState')
      .when(unfreeze('ann'))
      .thenRejected('CardState')
      .when(unfreeze('staff'))
      .thenEvents({ type: 'CardUnfrozen' })
      .when(unfreeze('staff'))
      .thenRejected('CardState');
  });

  it.each([
    ['before', ['ann', 'staff']],
    ['meanwhile', ['staff', 'ann']],
  ])('stays frozen where its holder froze it %s', (_, [first = '', then = '']) => {
    given(joint, ann, freeze(first), freeze(then))
      .when(freeze('ann'))
      .thenRejected('CardState')
      .when(unfreeze('ann'))
      .thenRejected('CardState')
      .when(unfreeze('staff'))
      .thenEvents({ type: 'CardUnfrozen' }, { type: 'CardFrozen', frozenBy: 'ann' })
      .when(authorise('1', 1n))
      .thenEvents({ type: 'AuthorisationDeclined', reason: 'card_frozen' })
      .when(freeze('staff'))
      .thenEvents({ type: 'CardFrozen', frozenBy: 'staff' })
      .when(unfreeze('staff'))
      .thenEvents({ type: 'CardUnfrozen' }, { type: 'CardFrozen', frozenBy: 'ann' })
      .when(unfreeze('ann'))
      .thenEvents({ type: 'CardUnfrozen' })
      .when(fund(100n))
      .thenEvents({ type: 'PaymentReceived' })
      .when(authorise('2', 1n))
      .thenEvents({ type: 'AuthorisationApproved' });
  });

  it('is not thawed by a replacement', () => {
    const replacement = { cardId: second, token: 'token of 2' as CardToken, masked: null, expiry: null };
    given(joint, ann, freeze('staff'), { type: 'ReportCardLost', cardId: card })
      .when({ type: 'ReplaceCard', cardId: card, replacement })
      .thenEvents(
        { type: 'CardReplaced' },
        { type: 'CardIssued', cardId: second },
        { type: 'CardFrozen', cardId: second, frozenBy: 'staff' },
      )
      .when({ type: 'ActivateCard', cardId: second })
      .thenEvents({ type: 'CardActivated' })
      .when(authorise('1', 1n, { cardId: second }))
      .thenEvents({ type: 'AuthorisationDeclined', reason: 'card_frozen' });
  });

  it('may be unfrozen by the bank where its holder froze it', () => {
    given(joint, ann).when(freeze('ann')).thenEvents({ type: 'CardFrozen' }).when(unfreeze('staff')).thenEvents({
      type: 'CardUnfrozen',
    });
  });
});
