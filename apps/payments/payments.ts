// What the payments service answers: money between accounts, and between an account and its pots, all of it decided by the ledger.
import type {
  CallContext,
  ClientOf,
  HandlersOf,
  ledgerContract,
  paymentsContract,
  RequestOf,
  ResponseOf,
} from '@tallystick/contracts';
import { deriveId, lettersOf } from '@tallystick/events';
import type {
  AccountCommand,
  AccountId,
  CurrencyCode,
  PotId,
  RejectionName,
  TransferId,
} from '@tallystick/ledger-core';
import { firstTimeOf, type Records } from '@tallystick/views';

type Handlers = HandlersOf<typeof paymentsContract>;
type Methods = (typeof paymentsContract)['methods'];
type Outcomes = ResponseOf<(typeof ledgerContract)['methods']['execute']>['outcomes'];
type Circumstances = Pick<RequestOf<Methods['movePot']>, 'caller' | 'key' | 'effectiveAt' | 'localDate'>;

/**
 * Seals text of a customer (architecture, rule 13). The same account, command and text give the same bytes, so that a retry repeats
 * its event exactly.
 */
export type SealPersonal = (
  accountId: AccountId,
  commandId: string,
  text: Readonly<Record<string, string>>,
  context: CallContext,
) => Promise<Uint8Array>;

export interface PaymentsPorts {
  readonly ledger: ClientOf<typeof ledgerContract>;
  readonly records: Records;
  readonly seal: SealPersonal;
}

const POT_OPENINGS = 'pot-openings';
const CURRENCIES_REMEMBERED = 200_000;

/** Without a time: a retry knows its key, but not when it was first sent. Letters only, so that no id ever looks like a card number. */
export function transferIdOf(commandId: string): TransferId {
  return `transfer_${lettersOf(`transfer/${commandId}`)}` as TransferId;
}

export class Payments implements Omit<Handlers, 'pay' | 'payment'> {
  /** Of accounts that exist: neither ever changes. */
  private readonly currencies = new Map<AccountId, CurrencyCode>();

  constructor(private readonly ports: PaymentsPorts) {}

  transfer: Handlers['transfer'] = async (request, context) => {
    const { sourceAccountId, destinationAccountId, amount, currency, reference } = request;
    const commandId = commandIdOf(request, sourceAccountId);
    const transferId = transferIdOf(commandId);
    const refused = await this.refuseDestination(destinationAccountId, currency, context);
    if (refused !== undefined) return { transferId, outcomes: [{ kind: 'rejected', rejection: refused }] };
    const personal =
      reference === null ? null : await this.ports.seal(sourceAccountId, commandId, { reference }, context);
    const command: AccountCommand = {
      type: 'SendTransfer',
      transferId,
      destinationAccountId,
      amount,
      currency,
      personal,
    };
    return { transferId, outcomes: await this.execute(sourceAccountId, request, command, context) };
  };

  openPot: Handlers['openPot'] = async (request, context) => {
    const { accountId, name, goal, style } = request;
    const commandId = commandIdOf(request, accountId);
    const effectiveAt = await firstTimeOf(this.ports.records, POT_OPENINGS, commandId, request.effectiveAt);
    const potId = deriveId('pot', effectiveAt, 'pot', commandId) as PotId;
    const personal = name === '' ? null : await this.ports.seal(accountId, commandId, { name }, context);
    const command: AccountCommand = { type: 'OpenPot', potId, goal, style, personal };
    return { potId, outcomes: await this.execute(accountId, request, command, context) };
  };

  movePot: Handlers['movePot'] = async (request, context) => {
    const { accountId, potId, amount, currency, direction } = request;
    const type = direction === 'deposit' ? ('DepositToPot' as const) : ('WithdrawFromPot' as const);
    return { outcomes: await this.execute(accountId, request, { type, potId, amount, currency }, context) };
  };

  /**
   * Only what can never change is asked here, so that a repeat is answered as the first time; a destination that is closed by then
   * sends the money back.
   */
  private async refuseDestination(
    accountId: AccountId,
    currency: CurrencyCode,
    context: CallContext,
  ): Promise<RejectionName | undefined> {
    let known = this.currencies.get(accountId);
    if (known === undefined) {
      const { found } = await this.ports.ledger.account({ accountId }, context);
      if (found === null) return 'UnknownAccount';
      known = found.currency;
      if (this.currencies.size >= CURRENCIES_REMEMBERED) this.currencies.clear();
      this.currencies.set(accountId, known);
    }
    return known === currency ? undefined : 'CurrencyMismatch';
  }

  private async execute(
    accountId: AccountId,
    at: Circumstances,
    command: AccountCommand,
    context: CallContext,
  ): Promise<Outcomes> {
    const { caller, key, effectiveAt, localDate } = at;
    const { outcomes } = await this.ports.ledger.execute(
      { accountId, caller, commands: [{ key, effectiveAt, localDate, causedAt: 0n, command }] },
      context,
    );
    return outcomes;
  }
}

/** As the ledger scopes keys: caller, account, key. */
function commandIdOf({ caller, key }: Circumstances, accountId: AccountId): string {
  return `${caller}/${accountId}/${key}`;
}
