// GET /cards and GET /cards/{id}.
import { type CustomerDoor, sendJson } from '@tallystick/customer-api';
import { cardAnswer, cardParams, cardsAnswer, cardsQuery } from './card-api.schemas.js';
import { cardShown } from './card-shown.js';
import type { OwnCards } from './own-cards.js';

export class CardReads {
  constructor(door: CustomerDoor, own: OwnCards) {
    door.add({
      method: 'GET',
      url: '/cards',
      summary: "The customer's own cards, of one account or of all, ended ones too",
      schemas: { querystring: cardsQuery, response: { 200: cardsAnswer } },
      handle: async (customer, { query }, reply) => {
        const cards = await own.list(customer, query.account_id ?? '');
        return sendJson(reply, { cards: cards.map(cardShown) });
      },
    });
    door.add({
      method: 'GET',
      url: '/cards/:card_id',
      summary: 'One card',
      schemas: { params: cardParams, response: { 200: cardAnswer } },
      handle: async (customer, { params }, reply) =>
        sendJson(reply, cardShown(await own.one(customer, params.card_id))),
    });
  }
}
