// What customers change about their own cards. Each change is a command that the account's own aggregate decides, as it decides
// authorisations: the next one obeys, whichever instance is asked.
import type { BookDate, ClientOf, ledgerContract } from '@tallystick/contracts';
import { idempotencyKeyFault } from '@tallystick/contracts';
import {
  type Account,
  type Customer,
  type CustomerDoor,
  callerOf,
  missingParam,
  notFound,
  refusalOf,
  sendJson,
} from '@tallystick/customer-api';
import { lettersOf } from '@tallystick/events';
import type { CardCommand, CardId, Micros, RejectionName } from '@tallystick/ledger-core';
import type { Random } from '@tallystick/transport';
import { ProblemError } from '@tallystick/transport/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { cardAnswer, cardParams, controlsBody, limitsBody, replaceBody } from './card-api.schemas.js';
import { readControls, readLimits } from './card-settings.js';
import { cardShown } from './card-shown.js';
import type { Card, OwnCards } from './own-cards.js';
import type { Replacements } from './replacements.js';

export interface CardChangesPorts {
  readonly own: OwnCards;
  readonly ledger: Pick<ClientOf<typeof ledgerContract>, 'execute' | 'journal'>;
  readonly replacements: Replacements;
  /** Microseconds since 1970. */
  readonly clock: () => Micros;
  readonly bookDate: BookDate;
  readonly random: Random;
}

interface Change {
  readonly command: (cardId: CardId, userId: string) => CardCommand;
  /** Whether the card is as the change would make it: asked for again, it is done. */
  readonly isDone: (card: Card) => boolean;
}

interface Written {
  readonly account: Account;
  readonly cardId: CardId;
  readonly position: bigint;
}

const KEY_BYTES = 16;
const USABLE: readonly Card['status'][] = ['INACTIVE', 'ACTIVE'];
const never = () => false;

/** By the last part of the path. */
const STATES: Readonly<Record<string, Change & { readonly method: 'PUT' | 'POST'; readonly summary: string }>> = {
  freeze: {
    method: 'PUT',
    summary: 'Let nothing more be paid with the card until it is unfrozen',
    command: (cardId, userId) => ({ type: 'FreezeCard', cardId, frozenBy: userId }),
    isDone: ({ status, frozen }) => frozen && USABLE.includes(status),
  },
  unfreeze: {
    method: 'PUT',
    summary: 'Let the card be used again; not where the bank has frozen it',
    command: (cardId, userId) => ({ type: 'UnfreezeCard', cardId, unfrozenBy: userId }),
    isDone: ({ status, frozen }) => !frozen && USABLE.includes(status),
  },
  activate: {
    method: 'POST',
    summary: 'The card has arrived: let it be used',
    command: (cardId) => ({ type: 'ActivateCard', cardId }),
    isDone: ({ status }) => status === 'ACTIVE',
  },
  lost: {
    method: 'POST',
    summary: 'The card is lost: it is never used again',
    command: (cardId) => ({ type: 'ReportCardLost', cardId }),
    isDone: ({ status }) => status === 'LOST',
  },
  stolen: {
    method: 'POST',
    summary: 'The card was stolen: it is never used again',
    command: (cardId) => ({ type: 'ReportCardStolen', cardId }),
    isDone: ({ status }) => status === 'STOLEN',
  },
};

export class CardChanges {
  constructor(
    private readonly door: CustomerDoor,
    private readonly ports: CardChangesPorts,
  ) {
    for (const [name, change] of Object.entries(STATES)) this.addState(name, change);
    this.addSettings();
    this.addReplace();
  }

  private addState(name: string, { method, summary, ...change }: (typeof STATES)[string]): void {
    this.door.add({
      method,
      url: `/cards/:card_id/${name}`,
      summary,
      form: true,
      refusals: [412],
      schemas: { params: cardParams, response: { 200: cardAnswer } },
      handle: (customer, { params }, reply) => this.change(customer, params.card_id, change, reply),
    });
  }

  private addSettings(): void {
    this.door.add({
      method: 'PUT',
      url: '/cards/:card_id/limits',
      summary: 'Set all limits of the card',
      form: true,
      refusals: [412],
      schemas: { params: cardParams, body: limitsBody, response: { 200: cardAnswer } },
      handle: (customer, { params, body }, reply) => {
        const limits = readLimits(body);
        const command = (cardId: CardId) => ({ type: 'SetCardLimits' as const, cardId, limits });
        return this.change(customer, params.card_id, { command, isDone: never }, reply);
      },
    });
    this.door.add({
      method: 'PUT',
      url: '/cards/:card_id/controls',
      summary: 'Switch the channels of the card, and block categories of merchants',
      form: true,
      refusals: [412],
      schemas: { params: cardParams, body: controlsBody, response: { 200: cardAnswer } },
      handle: (customer, { params, body }, reply) => {
        const controls = readControls(body);
        const command = (cardId: CardId) => ({ type: 'SetCardControls' as const, cardId, controls });
        return this.change(customer, params.card_id, { command, isDone: never }, reply);
      },
    });
  }

  private addReplace(): void {
    this.door.add({
      method: 'POST',
      url: '/cards/:card_id/replace',
      summary: 'Order a new card in the place of this one, which can not be used from now on',
      form: true,
      refusals: [409, 412],
      schemas: { params: cardParams, body: replaceBody, response: { 200: cardAnswer } },
      handle: async (customer, { params, body, headers }, reply) => {
        const dedupeId = dedupeIdOf(body.dedupe_id ?? '', headers);
        const { own, replacements } = this.ports;
        const { card, account } = await own.one(customer, params.card_id);
        const replaced = await replacements.replace(card.cardId, callerOf(customer), dedupeId, customer.context);
        if (replaced.kind === 'rejected') throw refused(replaced.rejection);
        return this.answer(customer, { account, ...replaced }, reply);
      },
    });
  }

  private async change(customer: Customer, id: string, { command, isDone }: Change, reply: FastifyReply) {
    const { own, ledger, clock, bookDate } = this.ports;
    const { card, account } = await own.one(customer, id);
    const effectiveAt = clock();
    const at = { key: this.newKey(), effectiveAt, localDate: bookDate(effectiveAt), causedAt: 0n };
    const { outcomes } = await ledger.execute(
      {
        accountId: account.id,
        caller: callerOf(customer),
        commands: [{ ...at, command: command(card.cardId, customer.userId) }],
      },
      customer.context,
    );
    const [outcome] = outcomes;
    if (outcome === undefined) throw new Error('the ledger gave no outcome');
    if (outcome.kind === 'answered') {
      const written = { account, cardId: card.cardId, position: outcome.position };
      return this.answer(customer, written, reply);
    }
    if (outcome.rejection !== 'CardState') throw refused(outcome.rejection);
    // The ledger knows better than the view did: what it knows by now tells whether this is a repeat.
    const { head } = await ledger.journal({}, customer.context);
    const now = await own.seen(customer, account, card.cardId, head);
    if (!isDone(now.card)) throw refused(outcome.rejection);
    return sendJson(reply, cardShown(now));
  }

  private async answer(customer: Customer, { account, cardId, position }: Written, reply: FastifyReply) {
    const shown = cardShown(await this.ports.own.seen(customer, account, cardId, position));
    await this.door.written(position, customer, reply);
    return sendJson(reply, shown);
  }

  /** Each request says how the card is to be from now on, so each is a command of its own. Letters only: it is stored. */
  private newKey(): string {
    return lettersOf(Buffer.from(this.ports.random(KEY_BYTES)).toString('hex'));
  }
}

/** @throws ProblemError, 400 */
function dedupeIdOf(given: string, headers: FastifyRequest['headers']): string {
  if (given !== '') return given;
  const key = headers['idempotency-key'];
  if (key === undefined) throw missingParam('dedupe_id');
  const fault = idempotencyKeyFault(key);
  if (fault !== undefined) throw new ProblemError({ status: 400, ...fault });
  return String(key);
}

function refused(rejection: RejectionName): ProblemError {
  return rejection === 'UnknownCard' ? notFound('card') : refusalOf(rejection);
}
