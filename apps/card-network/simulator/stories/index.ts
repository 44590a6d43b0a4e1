// Every story by its name.
import type { Conversation } from '../conversation.js';
import type { StoryName } from '../plan.js';
import { fuel, hotel, online, reduced } from './estimates.js';
import { declined, partial, purchase, repeated, restaurant } from './purchases.js';
import { cash, enquiry, lost, orphan, refund, salary, standin } from './without-authorisation.js';

/** Resolves when nothing of it is open any more. @throws NoAnswer, BankFailure */
export const TOLD: Readonly<Record<StoryName, (talk: Conversation) => Promise<void>>> = {
  groceries: purchase,
  transport: purchase,
  restaurant,
  fuel,
  hotel,
  airline: purchase,
  online,
  subscription: purchase,
  gambling: purchase,
  cash,
  refund,
  partial,
  declined,
  repeated,
  lost,
  reduced,
  standin,
  orphan,
  enquiry,
  salary,
};
