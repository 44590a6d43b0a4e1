// The demo's customer: an account with a card, a pot and a friend. Opening it again finds what is there.
import type { BookDate, CallContext } from '@tallystick/contracts';
import {
  type AccountCommand,
  type AccountId,
  type CardId,
  type CurrencyCode,
  chart,
  type PaymentId,
  type PotId,
} from '@tallystick/ledger-core';
import type { BankClients } from '../clients.js';

export const CURRENCY = 'GBP' as CurrencyCode;
export const CUSTOMER = 'user_0000demo';
const FRIEND = 'user_0000friend';
const NAMES = { [CUSTOMER]: 'Robin Weaver', [FRIEND]: 'Kit Ashdown' };
const CALLER = 'demo';
const OVERDRAFT = 500_00n;
const FIRST_MONEY = 1_850_00n;

export interface HouseholdPorts {
  readonly clients: Pick<BankClients, 'accounts' | 'cards' | 'cardProcessing' | 'ledger' | 'payments'>;
  readonly context: () => CallContext;
  readonly bookDate: BookDate;
}

const ALL_ON = { online: true, contactless: true, atm: true, magstripe: true, blockedCategories: [] };
const NOTHING_ELSE = {
  preferredName: null,
  preferredFirstName: null,
  email: null,
  phone: null,
  address: null,
  dateOfBirth: null,
};
const NO_LIMITS = {
  perTransaction: null,
  dailyAmount: null,
  monthlyAmount: null,
  dailyCash: null,
  dailyCount: null,
  monthlyCount: null,
};

export class Household {
  private constructor(
    private readonly ports: HouseholdPorts,
    readonly accountId: AccountId,
    readonly friendId: AccountId,
    readonly cardId: CardId,
    private readonly potId: PotId,
  ) {}

  /** @param since milliseconds since 1970; with it all ids are the same at every start */
  static async open(ports: HouseholdPorts, since: number): Promise<Household> {
    const { clients, context } = ports;
    const at = (key: string) => ({ caller: CALLER, key, ...whenOf(ports, since) });
    const registration = (userId: string) => ({
      caller: CALLER,
      key: userId,
      effectiveAt: BigInt(since) * 1000n,
      userId,
    });
    const open = async (key: string, owner: string) => {
      const account = { owners: [owner], currency: CURRENCY, product: 'current', externalReference: null };
      const request = { ...at(key), ...account, overdraftLimit: OVERDRAFT };
      return (await clients.accounts.open(request, context())).accountId;
    };
    for (const [userId, name] of Object.entries(NAMES))
      await clients.accounts.registerUser({ ...registration(userId), details: { ...NOTHING_ELSE, name } }, context());
    const accountId = await open('customer', CUSTOMER);
    const friendId = await open('friend', FRIEND);
    const { tokens } = await clients.cardProcessing.tokenise({ cards: [`demo ${accountId}`] }, context());
    const [card] = tokens;
    if (card === undefined) throw new Error('no token was given');
    const { cardId } = await clients.cards.issue(
      {
        ...at('card'),
        accountId,
        token: card.token,
        masked: '************4242',
        expiry: null,
        holder: null,
        active: true,
        controls: ALL_ON,
        limits: NO_LIMITS,
      },
      context(),
    );
    const pot = { ...at('pot'), accountId, name: 'Rainy day', goal: 3_000_00n, style: 'umbrella' };
    const { potId } = await clients.payments.openPot(pot, context());
    const household = new Household(ports, accountId, friendId, cardId, potId);
    for (const each of [accountId, friendId]) await household.receive(`first-${each}`, FIRST_MONEY, since, each);
    return household;
  }

  receive(key: string, amount: bigint, at: number, accountId = this.accountId): Promise<void> {
    const paymentId = `payment_demo${key.replaceAll(/[^0-9A-Za-z]/g, '')}` as PaymentId;
    const nostro = chart.nostro('demo');
    const money = { amount, currency: CURRENCY, nostro, personal: null };
    return this.execute(accountId, key, at, { type: 'ReceivePayment', paymentId, scheme: 'fps', ...money });
  }

  /** Positive into the pot. */
  async save(key: string, amount: number, at: number): Promise<void> {
    const { clients, context } = this.ports;
    const direction = amount < 0 ? ('withdraw' as const) : ('deposit' as const);
    const moved = { accountId: this.accountId, potId: this.potId, amount: absolute(amount), currency: CURRENCY };
    await clients.payments.movePot({ ...this.circumstances(key, at), ...moved, direction }, context());
  }

  /** Positive to the friend. */
  async transfer(key: string, amount: number, at: number): Promise<void> {
    const { clients, context } = this.ports;
    const [sourceAccountId, destinationAccountId] =
      amount < 0 ? [this.friendId, this.accountId] : [this.accountId, this.friendId];
    const sent = { amount: absolute(amount), currency: CURRENCY, reference: 'split' };
    const circumstances = this.circumstances(key, at);
    await clients.payments.transfer({ ...circumstances, sourceAccountId, destinationAccountId, ...sent }, context());
  }

  private async execute(accountId: AccountId, key: string, at: number, command: AccountCommand): Promise<void> {
    const commands = [{ key, ...whenOf(this.ports, at), causedAt: 0n, command }];
    await this.ports.clients.ledger.execute({ accountId, caller: CALLER, commands }, this.ports.context());
  }

  private circumstances(key: string, at: number) {
    return { caller: CALLER, key, ...whenOf(this.ports, at) };
  }
}

function absolute(amount: number): bigint {
  return BigInt(Math.abs(amount));
}

function whenOf({ bookDate }: HouseholdPorts, milliseconds: number) {
  const effectiveAt = BigInt(Math.floor(milliseconds)) * 1000n;
  return { effectiveAt, localDate: bookDate(effectiveAt) };
}
