// What the accounts service answers: opening through the ledger, reading from its view.
import type {
  accountsContract,
  CallContext,
  ClientOf,
  cardProcessingContract,
  HandlersOf,
  ledgerContract,
} from '@tallystick/contracts';
import type { AccountId } from '@tallystick/ledger-core';
import type { Records, ViewReader } from '@tallystick/views';
import { accountIdOf } from './account-id.js';
import { AccountNumbers } from './account-numbers.js';
import { AccountReads } from './account-reads.js';
import { LineImporter } from './import-lines.js';
import type { Users } from './users.js';

type Handlers = HandlersOf<typeof accountsContract>;

export class Accounts extends AccountReads implements Handlers {
  private readonly lines: LineImporter;
  private readonly numbers: AccountNumbers;
  readonly registerUser: Handlers['registerUser'];
  readonly changeUser: Handlers['changeUser'];
  readonly eraseUser: Handlers['eraseUser'];
  readonly user: Handlers['user'];
  readonly ownerNames: Handlers['ownerNames'];

  constructor(
    private readonly ledger: ClientOf<typeof ledgerContract>,
    private readonly cardProcessing: ClientOf<typeof cardProcessingContract>,
    views: ViewReader,
    records: Records,
    private readonly users: Users,
  ) {
    super(views, users.freshness);
    this.numbers = new AccountNumbers(records);
    this.registerUser = users.register;
    this.changeUser = users.change;
    this.eraseUser = users.erase;
    this.user = users.get;
    this.ownerNames = users.names;
    this.lines = new LineImporter(ledger, records, this.open, (reference, context) =>
      this.disguise(reference, context),
    );
  }

  open: Handlers['open'] = async (request, context) => {
    const { caller, key, effectiveAt, localDate, owners, currency, product, overdraftLimit, externalReference } =
      request;
    const accountId = accountIdOf(caller, key, effectiveAt);
    if (await this.isForErased(accountId, owners, context))
      return { accountId, outcomes: [{ kind: 'rejected', rejection: 'UserErased' }] };
    const command = {
      type: 'OpenAccount' as const,
      accountId,
      owners,
      currency,
      product,
      overdraftLimit,
      externalReference,
      personal: null,
    };
    const { outcomes } = await this.ledger.execute(
      { accountId, caller, commands: [{ key, effectiveAt, localDate, causedAt: 0n, command }] },
      context,
    );
    return { accountId, outcomes };
  };

  /** What was opened before is answered as it was. */
  private async isForErased(accountId: AccountId, owners: readonly string[], context: CallContext): Promise<boolean> {
    for (const owner of owners)
      if (await this.users.isErased(owner)) return (await this.ledger.account({ accountId }, context)).found === null;
    return false;
  }

  byNumber: Handlers['byNumber'] = async ({ numbers, exact }) => {
    const found = await Promise.all(
      numbers.map((number) => (exact ? this.numbers.holderOf(number) : this.numbers.resolve(number))),
    );
    return { accounts: found.map((accountId) => accountId ?? null) };
  };

  numberOf: Handlers['numberOf'] = async ({ accountId }) => ({
    found: (await this.numbers.numbersOf(accountId))[0] ?? null,
  });

  numbersOf: Handlers['numbersOf'] = async ({ accountIds }) => {
    const all = await Promise.all(
      accountIds.map(async (accountId) => ({ accountId, numbers: await this.numbers.numbersOf(accountId) })),
    );
    return { accounts: all.filter(({ numbers }) => numbers.length > 0) };
  };

  importLines: Handlers['importLines'] = ({ lines }, context) => this.lines.importLines(lines, context);

  /** A reference may be a card number: only card-processing turns that into something that can be stored. */
  private async disguise(reference: string, context: CallContext) {
    const { tokens } = await this.cardProcessing.tokenise({ cards: [reference] }, context);
    const [known] = tokens;
    if (known === undefined) throw new Error('no token was given');
    return known;
  }
}
