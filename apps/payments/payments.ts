// What the payments service answers: money between accounts, and between an account and its pots, all of it decided by the ledger.
import type { ClientOf, HandlersOf, ledgerContract, paymentsContract } from '@tallystick/contracts';
import { deriveId, lettersOf } from '@tallystick/events';
import type { AccountCommand, PotId, TransferId } from '@tallystick/ledger-core';
import { firstTimeOf, type Records } from '@tallystick/views';
import { AccountCommands, commandIdOf } from './account-commands.js';
import { CUSTOMER_ERASED, type SealPersonal, sealedUnlessErased } from './personal.js';

type Handlers = HandlersOf<typeof paymentsContract>;
type Elsewhere = 'pay' | 'payment' | 'paymentsInFlight' | 'schedulePayment' | 'cancelSchedule' | 'schedules';

export interface PaymentsPorts {
  readonly ledger: ClientOf<typeof ledgerContract>;
  readonly records: Records;
  readonly seal: SealPersonal;
}

const POT_OPENINGS = 'pot-openings';

/** Without a time: a retry knows its key, but not when it was first sent. Letters only, so that no id ever looks like a card number. */
export function transferIdOf(commandId: string): TransferId {
  return `transfer_${lettersOf(`transfer/${commandId}`)}` as TransferId;
}

export class Payments implements Omit<Handlers, Elsewhere> {
  private readonly commands: AccountCommands;

  constructor(private readonly ports: PaymentsPorts) {
    this.commands = new AccountCommands(ports.ledger);
  }

  transfer: Handlers['transfer'] = async (request, context) => {
    const { sourceAccountId, destinationAccountId, amount, currency, reference } = request;
    const commandId = commandIdOf(request, sourceAccountId);
    const transferId = transferIdOf(commandId);
    const refused = await this.commands.refuseDestination(destinationAccountId, currency, context);
    if (refused !== undefined) return { transferId, outcomes: [{ kind: 'rejected', rejection: refused }] };
    const personal =
      reference === null
        ? null
        : await sealedUnlessErased(this.ports.seal, sourceAccountId, commandId, { reference }, context);
    if (personal === undefined) return { transferId, outcomes: CUSTOMER_ERASED };
    const command: AccountCommand = {
      type: 'SendTransfer',
      transferId,
      destinationAccountId,
      amount,
      currency,
      personal,
    };
    return { transferId, outcomes: await this.commands.execute(sourceAccountId, request, command, context) };
  };

  openPot: Handlers['openPot'] = async (request, context) => {
    const { accountId, name, goal, style } = request;
    const commandId = commandIdOf(request, accountId);
    const effectiveAt = await firstTimeOf(this.ports.records, POT_OPENINGS, commandId, request.effectiveAt);
    const potId = deriveId('pot', effectiveAt, 'pot', commandId) as PotId;
    const personal =
      name === '' ? null : await sealedUnlessErased(this.ports.seal, accountId, commandId, { name }, context);
    if (personal === undefined) return { potId, outcomes: CUSTOMER_ERASED };
    const command: AccountCommand = { type: 'OpenPot', potId, goal, style, personal };
    return { potId, outcomes: await this.commands.execute(accountId, request, command, context) };
  };

  movePot: Handlers['movePot'] = async (request, context) => {
    const { accountId, potId, amount, currency, direction } = request;
    const type = direction === 'deposit' ? ('DepositToPot' as const) : ('WithdrawFromPot' as const);
    return { outcomes: await this.commands.execute(accountId, request, { type, potId, amount, currency }, context) };
  };

  lockPot: Handlers['lockPot'] = async (request, context) => {
    const { accountId, potId, until } = request;
    return { outcomes: await this.commands.execute(accountId, request, { type: 'LockPot', potId, until }, context) };
  };

  unlockPot: Handlers['unlockPot'] = async (request, context) => {
    const { accountId, potId } = request;
    return { outcomes: await this.commands.execute(accountId, request, { type: 'UnlockPot', potId }, context) };
  };

  closePot: Handlers['closePot'] = async (request, context) => {
    const { accountId, potId } = request;
    return { outcomes: await this.commands.execute(accountId, request, { type: 'ClosePot', potId }, context) };
  };
}
