import { describe, expect, it } from '@jest/globals';
import { advise, authorise, reverse } from './account/commands.suite.js';
import { contentOf } from './account/content.js';
import { localDateOf, mintFor, START } from './account/specification.suite.js';
import type { CardToken } from './brands.js';
import {
  decideUnknownCard,
  evolveUnknownCard,
  initialUnknownCard,
  type UnknownCardCommand,
  unknownCardId,
} from './unknown-card.js';

function stream() {
  const state = initialUnknownCard();
  return (command: UnknownCardCommand, commandId: string) => {
    const contentHash = contentOf(command);
    const times = { effectiveAt: START, recordedAt: START, localDate: localDateOf(START) };
    const decision = decideUnknownCard(state, command, { commandId, contentHash, ...times, mint: mintFor(commandId) });
    if (decision.kind === 'events')
      for (const event of decision.events)
        evolveUnknownCard(state, event, { commandId, contentHash, ...times, revision: state.revision + 1 });
    return decision;
  };
}

describe('a card that nobody issued', () => {
  const cardId = unknownCardId('t0k3n' as CardToken);

  it.each([
    authorise('1', 100n, { cardId }),
    advise('1', 100n, { cardId }),
    authorise('1', 0n, { kind: 'STATUS_INQUIRY' }),
  ])('is declined with 14, once, and touches no balance', (command) => {
    const send = stream();
    expect(send(command, 'a')).toMatchObject({
      events: [{ type: 'AuthorisationDeclined', reason: 'unknown_card', responseCode: '14', balances: null }],
    });
    expect(send(command, 'a')).toEqual({ kind: 'repeat', revision: 0 });
    expect(send({ ...command, scheme: 'visa' }, 'a')).toEqual({ kind: 'rejection', rejection: 'IdempotencyKeyReused' });
  });

  it('has its reversals recorded', () => {
    const send = stream();
    expect(send(reverse('1', 0n), 'a')).toMatchObject({
      events: [{ type: 'ReversalRecorded', cardId: null, replacement: null }],
    });
    expect(send({ ...reverse('1'), originalKeys: null }, 'b')).toEqual({ kind: 'nothing' });
  });

  it.each([authorise('1', -1n), reverse('1', -1n)])('rejects a negative amount', (command) => {
    expect(stream()(command, 'a')).toEqual({ kind: 'rejection', rejection: 'InvalidAmount' });
  });
});
