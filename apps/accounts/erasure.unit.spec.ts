// The keys that go with a customer, whoever dies in between and whatever happens meanwhile.
import { describe, expect, it } from '@jest/globals';
import { ERASED, type KeyPort } from '@tallystick/events';
import { MemoryJournal } from '@tallystick/journal/memory/index';
import type { AccountId } from '@tallystick/ledger-core';
import { open } from '@tallystick/ledger-core/account/commands.suite';
import { MemoryRecordStore, MemoryRecords } from '@tallystick/views/memory/index';
import { RecordKeys } from '@tallystick/views/record-keys';
import { context, World } from '../ledger/ledger-over-memory.suite.js';
import { ErasureProcess } from './erasure.process.js';
import { usersOver } from './users-over-memory.suite.js';

const hers = 'acc_0000hers' as AccountId;
const joint = 'acc_0000joint' as AccountId;
const his = 'acc_0000his' as AccountId;
const late = 'acc_0000late' as AccountId;
const TEXT = { notes: 'for the boat' };

/** Ann and Bob, an account of each and one of both, with text on each. */
class Household {
  readonly world = new World();
  readonly ledger = this.world.ledger();
  readonly keyStore = new MemoryRecordStore();
  /** How many keys may go before the process dies. */
  destroysLeft = Number.POSITIVE_INFINITY;
  private made = 0;
  readonly recordKeys = new RecordKeys(new MemoryRecords(this.keyStore), (bytes) =>
    new Uint8Array(bytes).fill(++this.made),
  );
  private readonly keys: KeyPort = {
    keyOf: (id) => this.recordKeys.keyOf(id),
    create: (id) => this.recordKeys.create(id),
    destroy: async (id) => {
      if (this.destroysLeft-- <= 0) throw new Error('this process has died');
      await this.recordKeys.destroy(id);
    },
  };
  readonly over = usersOver(this.ledger, { keys: this.keys, clock: () => this.world.now });
  readonly process = new ErasureProcess({
    erasure: this.over.users.erasure,
    records: this.ledger.records,
    context: () => context,
  });
  readonly texts = new Map<string, Uint8Array>();

  static async of(accounts: Readonly<Record<string, readonly string[]>> = {}): Promise<Household> {
    const of = new Household();
    for (const userId of ['user_ann', 'user_bob']) await of.register(userId);
    const all = { [hers]: ['user_ann'], [joint]: ['user_ann', 'user_bob'], [his]: ['user_bob'], ...accounts };
    for (const [id, owners] of Object.entries(all)) await of.given(id as AccountId, owners);
    return of;
  }

  async given(accountId: AccountId, owners: readonly string[]): Promise<void> {
    await this.ledger.given(accountId, open({ accountId, owners: [...owners] }));
    this.texts.set(accountId, await this.recordKeys.seal(accountId, `text of ${accountId}`, TEXT));
  }

  async register(userId: string): Promise<void> {
    const details = {
      ...{ name: userId, preferredName: null, preferredFirstName: null },
      ...{ email: null, phone: null, address: null, dateOfBirth: null },
    };
    const at = { caller: 'staff', key: userId, effectiveAt: this.world.now };
    await this.over.users.register({ ...at, userId, details }, context);
  }

  async erase(userId: string) {
    return (await this.over.users.erase({ userId, caller: 'staff' }, context)).outcome;
  }

  /** Of whom text can be read no more. */
  async erased(): Promise<string[]> {
    const found: string[] = [];
    for (const [accountId, sealed] of this.texts)
      if ((await this.recordKeys.open(accountId, sealed)) === ERASED) found.push(accountId);
    return found.sort();
  }

  /** The process reads the whole journal, as one that has just been started. */
  async follow(): Promise<void> {
    const events = await new MemoryJournal(this.world.store).readAll({ after: 0n, limit: 10_000 });
    await this.process.resumeAfter(0);
    await this.process.apply({ partition: 0, events });
  }

  /** Every byte of keys that is kept. */
  keysKept(): ReadonlyMap<string, number> {
    const kept = this.keyStore.collections.get('personal-keys') ?? new Map();
    return new Map([...kept].map(([id, { value }]) => [id, value.length]));
  }
}

describe('a customer who is erased', () => {
  it('takes the keys of the accounts that are theirs alone along, and no others', async () => {
    const of = await Household.of();
    expect(await of.erase('user_ann')).toMatchObject({ kind: 'recorded' });
    expect(await of.erased()).toEqual([hers]);
    expect(of.over.forgotten).toEqual(['user_ann']);
    expect([...of.keysKept()].filter(([, length]) => length > 0).map(([id]) => id)).toEqual(['user_bob', joint, his]);
    expect(await of.recordKeys.open(his, of.texts.get(his) ?? new Uint8Array())).toEqual(TEXT);
    await expect(of.recordKeys.seal(hers, 'new', TEXT)).rejects.toMatchObject({ code: 'no_key' });
  });

  it('leaves the key of a joint account to its last owner', async () => {
    const of = await Household.of();
    await of.erase('user_ann');
    await of.erase('user_bob');
    expect(await of.erased()).toEqual([hers, his, joint].sort());
    expect([...of.keysKept().values()].every((length) => length === 0)).toBe(true);
  });

  it('takes along what was never written, so that nothing ever is', async () => {
    const of = await Household.of();
    await of.ledger.given(late, open({ accountId: late, owners: ['user_ann'] }));
    await of.erase('user_ann');
    await expect(of.recordKeys.seal(late, 'new', TEXT)).rejects.toMatchObject({ code: 'no_key' });
  });

  it('leaves alone what they own no more', async () => {
    const of = await Household.of();
    await of.ledger.given(joint, { type: 'RemoveAccountOwner', userId: 'user_ann' });
    await of.erase('user_ann');
    expect(await of.erased()).toEqual([hers]);
  });

  it('leaves alone an account that names nobody, or somebody whom nobody registered', async () => {
    const of = await Household.of({ acc_0000none: [], acc_0000other: ['user_ann', 'user_unknown'] });
    await of.erase('user_ann');
    await of.follow();
    expect(await of.erased()).toEqual([hers]);
  });

  it('owns hundreds of accounts', async () => {
    const of = await Household.of();
    const many = Array.from({ length: 600 }, (_, n) => `acc_0000n${n}` as AccountId);
    for (const accountId of many) await of.given(accountId, ['user_ann']);
    await of.erase('user_ann');
    expect(await of.erased()).toEqual([hers, ...many].sort());
  });
});

describe('an erasure that was cut off', () => {
  it.each([0, 1, 2])('after %d keys is ended by the same command', async (after) => {
    const of = await Household.of({ [late]: ['user_ann'] });
    of.destroysLeft = after;
    await expect(of.erase('user_ann')).rejects.toThrow('died');
    of.destroysLeft = Number.POSITIVE_INFINITY;
    expect(await of.erase('user_ann')).toMatchObject({ kind: 'recorded', repeated: true });
    expect(await of.erased()).toEqual([hers, late].sort());
    expect(of.keysKept().get('user_ann')).toBe(0);
  });

  it.each([0, 1, 2])('after %d keys is ended by the process, though nobody asks again', async (after) => {
    const of = await Household.of({ [late]: ['user_ann'] });
    of.destroysLeft = after;
    await expect(of.erase('user_ann')).rejects.toThrow('died');
    of.destroysLeft = Number.POSITIVE_INFINITY;
    await of.follow();
    expect(await of.erased()).toEqual([hers, late].sort());
    expect(of.keysKept().get('user_ann')).toBe(0);
  });

  it('is met again by the process until it is done', async () => {
    const of = await Household.of();
    await of.erase('user_ann');
    of.destroysLeft = 0;
    await expect(of.follow()).rejects.toThrow('died');
    of.destroysLeft = Number.POSITIVE_INFINITY;
    await of.follow();
    await of.process.saveAll();
    expect(await of.process.resumeAfter(0)).toBe(await of.ledger.journal.head());
    expect(await of.erased()).toEqual([hers]);
  });
});

describe('what happens while a customer is erased', () => {
  it('an account that is opened for them has no text', async () => {
    const of = await Household.of();
    await of.erase('user_ann');
    await of.given(late, ['user_ann']);
    expect(await of.erased()).toEqual([hers]);
    await of.follow();
    expect(await of.erased()).toEqual([hers, late].sort());
  });

  it('an account that comes to be theirs alone has none any more', async () => {
    const of = await Household.of();
    await of.erase('user_ann');
    await of.ledger.given(joint, { type: 'RemoveAccountOwner', userId: 'user_bob' });
    await of.follow();
    expect(await of.erased()).toEqual([hers, joint].sort());
  });

  it('an account that gets an owner before the key goes keeps it', async () => {
    const of = await Household.of();
    of.destroysLeft = 1;
    await expect(of.erase('user_ann')).rejects.toThrow('died');
    of.destroysLeft = Number.POSITIVE_INFINITY;
    await of.ledger.given(hers, { type: 'AddAccountOwner', userId: 'user_bob' });
    await of.follow();
    expect(await of.erased()).toEqual([]);
    await of.ledger.given(hers, { type: 'RemoveAccountOwner', userId: 'user_bob' });
    await of.follow();
    expect(await of.erased()).toEqual([hers]);
  });
});
