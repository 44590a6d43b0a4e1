// Commands of one account, asked of the ledger.
import type {
  CallContext,
  ClientOf,
  ledgerContract,
  paymentsContract,
  RequestOf,
  ResponseOf,
} from '@tallystick/contracts';
import type { AccountCommand, AccountId, CurrencyCode, RejectionName } from '@tallystick/ledger-core';

type Methods = (typeof paymentsContract)['methods'];
export type Outcomes = ResponseOf<(typeof ledgerContract)['methods']['execute']>['outcomes'];
export type Circumstances = Pick<RequestOf<Methods['movePot']>, 'caller' | 'key' | 'effectiveAt' | 'localDate'>;

const CURRENCIES_REMEMBERED = 200_000;

export class AccountCommands {
  /** Of accounts that exist: neither ever changes. */
  private readonly currencies = new Map<AccountId, CurrencyCode>();

  constructor(private readonly ledger: ClientOf<typeof ledgerContract>) {}

  async execute(
    accountId: AccountId,
    at: Circumstances,
    command: AccountCommand,
    context: CallContext,
  ): Promise<Outcomes> {
    const { caller, key, effectiveAt, localDate } = at;
    const { outcomes } = await this.ledger.execute(
      { accountId, caller, commands: [{ key, effectiveAt, localDate, causedAt: 0n, command }] },
      context,
    );
    return outcomes;
  }

  /**
   * Only what can never change is asked here, so that a repeat is answered as the first time; a destination that is closed by then
   * sends the money back.
   */
  async refuseDestination(
    accountId: AccountId,
    currency: CurrencyCode,
    context: CallContext,
  ): Promise<RejectionName | undefined> {
    let known = this.currencies.get(accountId);
    if (known === undefined) {
      const { found } = await this.ledger.account({ accountId }, context);
      if (found === null) return 'UnknownAccount';
      known = found.currency;
      if (this.currencies.size >= CURRENCIES_REMEMBERED) this.currencies.clear();
      this.currencies.set(accountId, known);
    }
    return known === currency ? undefined : 'CurrencyMismatch';
  }
}

/** As the ledger scopes keys: caller, account, key. */
export function commandIdOf({ caller, key }: Circumstances, accountId: AccountId): string {
  return `${caller}/${accountId}/${key}`;
}
