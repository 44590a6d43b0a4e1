// What every service that keeps a view answers: whether it has seen so much of the journal.
import { Type } from '@sinclair/typebox';
import { defineContract, method } from './contract.js';
import { big } from './ledger-commands.js';

/** @param service the one that keeps the view, as in apps/ */
export function viewProgressContract(service: string) {
  return defineContract(`${service}-view`, {
    /** Answers once the view has applied everything up to the position, of all accounts. */
    waitUntil: method({
      request: Type.Object({ position: big }),
      response: Type.Object({}),
      idempotent: true,
      mutates: false,
    }),
  });
}
