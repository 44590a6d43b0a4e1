import { describe, expect, it } from '@jest/globals';
import { MemoryJournal } from '@tallystick/journal/memory/index';
import { context, SECOND, World } from '../ledger/ledger-over-memory.suite.js';
import type { DetailChanges, UserDetails } from './user-details.js';
import { type UsersOverMemory, usersOver } from './users-over-memory.suite.js';

const ada = 'user_0000Ada';
const details: UserDetails = {
  name: 'Ada King',
  preferredName: 'Ada Lovelace',
  preferredFirstName: null,
  email: 'ada@example.com',
  phone: null,
  address: '12 St James Square\nLondon',
  dateOfBirth: '1815-12-10',
};
const recorded = { kind: 'recorded', repeated: false, position: expect.any(BigInt) };

/** Instances over one journal and the same keys, each with views of its own. */
function instances(count = 1) {
  const world = new World();
  const clock = () => world.now;
  const ledger = world.ledger();
  const first = usersOver(ledger, { clock });
  const more = Array.from({ length: count - 1 }, () =>
    usersOver({ journal: new MemoryJournal(world.store), client: ledger.client }, { clock, keys: first.keys }),
  );
  return { world, ledger, first, all: [first, ...more] as const };
}

const register = (
  { users }: UsersOverMemory,
  how: Partial<UserDetails> = {},
  key = 'r',
  userId: string | null = ada,
) => {
  const request = { caller: 'staff', key, effectiveAt: 1_777_593_600_000_000n, userId };
  return users.register({ ...request, details: { ...details, ...how } }, context);
};
const change = async ({ users }: UsersOverMemory, changes: DetailChanges, key = 'c') =>
  (await users.change({ userId: ada, caller: 'staff', key, changes }, context)).outcome;
const erase = async ({ users }: UsersOverMemory) =>
  (await users.erase({ userId: ada, caller: 'staff' }, context)).outcome;
const shown = async ({ users }: UsersOverMemory) => (await users.get({ userId: ada, minPosition: 1n }, context)).found;
const types = (world: World) => world.types(`user-${ada}`);

describe('a customer', () => {
  it('is registered once, with details that lie nowhere in the clear', async () => {
    const { world, first } = instances();
    expect(await register(first)).toEqual({ userId: ada, outcome: recorded });
    expect(await register(first)).toMatchObject({ outcome: { kind: 'recorded', repeated: true } });
    expect(await types(world)).toEqual(['UserRegistered']);
    expect(await shown(first)).toMatchObject({ userId: ada, details });
    const stored = await new MemoryJournal(world.store).readAll({ after: 0n, limit: 9 });
    const bytes = Buffer.concat(stored.flatMap(({ payload, metadata }) => [payload, metadata])).toString('latin1');
    for (const text of ['Ada King', 'Lovelace', 'example.com', 'London', '1815']) expect(bytes).not.toContain(text);
  });

  it('has an id that follows from who registers and when, where none is given', async () => {
    const { first } = instances();
    const { userId } = await register(first, {}, 'k', null);
    expect(userId).toMatch(/^user_0000[0-9A-Za-z]{18}$/);
    expect(await register(first, {}, 'k', null)).toMatchObject({ userId, outcome: { repeated: true } });
  });

  it('is not registered again with other details or by another', async () => {
    const { first } = instances();
    await register(first);
    const refused = (rejection: string) => ({ outcome: { kind: 'rejected', rejection } });
    expect(await register(first, { name: 'Eve' })).toMatchObject(refused('IdempotencyKeyReused'));
    expect(await register(first, {}, 'other')).toMatchObject(refused('IdInUse'));
  });

  it('is registered once by two instances at a time', async () => {
    const { world, all } = instances(2);
    const outcomes = await Promise.all(all.map((each, n) => register(each, {}, `k${n}`)));
    expect(outcomes.map(({ outcome }) => outcome.kind).sort()).toEqual(['recorded', 'rejected']);
    expect(await types(world)).toEqual(['UserRegistered']);
  });

  it('is registered after a crash in the middle', async () => {
    const { world, ledger, first } = instances();
    ledger.journal.faults.push('refused');
    await expect(register(first)).rejects.toMatchObject({ code: 'unavailable', retryable: true });
    expect(await register(first)).toMatchObject({ outcome: recorded });
    expect(await types(world)).toEqual(['UserRegistered']);
  });
});

describe("a change of a customer's details", () => {
  it('keeps what it does not name, and removes what it sets to null', async () => {
    const { world, first } = instances();
    await register(first);
    world.now += SECOND;
    const changes = [
      { field: 'phone' as const, value: '+442079460000' },
      { field: 'email' as const, value: null },
    ];
    expect(await change(first, changes)).toEqual(recorded);
    expect(await shown(first)).toMatchObject({ details: { ...details, phone: '+442079460000', email: null } });
    const { registeredAt = 0n, changedAt } = (await shown(first)) ?? {};
    expect(changedAt).toBe(registeredAt + SECOND);
  });

  it('is made once, whatever was changed since', async () => {
    const { world, first } = instances();
    await register(first);
    const name = [{ field: 'name' as const, value: 'Augusta Ada King' }];
    await change(first, name, '1');
    await change(first, [{ field: 'name', value: 'Ada' }], '2');
    expect(await change(first, name, '1')).toMatchObject({ kind: 'recorded', repeated: true });
    expect(await change(first, [{ field: 'name', value: 'Eve' }], '1')).toEqual({
      kind: 'rejected',
      rejection: 'IdempotencyKeyReused',
    });
    expect(await shown(first)).toMatchObject({ details: { name: 'Ada' } });
    expect(await types(world)).toHaveLength(3);
  });

  it('loses no other that is made at the same time', async () => {
    const { first, all } = instances(3);
    await register(first);
    const fields = ['phone', 'email', 'address'] as const;
    await Promise.all(fields.map((field, n) => change(all[n] ?? first, [{ field, value: `of ${field}` }], field)));
    const expected = { phone: 'of phone', email: 'of email', address: 'of address' };
    expect(await shown(first)).toMatchObject({ details: { ...details, ...expected } });
  });

  it('is refused where there is no such customer', async () => {
    const { first } = instances();
    expect(await change(first, [{ field: 'name', value: 'Eve' }])).toEqual({
      kind: 'rejected',
      rejection: 'UnknownUser',
    });
  });
});

describe('a customer who was erased', () => {
  it('is known by their id alone, on every instance and in every view that is filled anew', async () => {
    const { world, first, all } = instances(2);
    await register(first);
    expect(await erase(first)).toEqual(recorded);
    expect(await types(world)).toEqual(['UserRegistered', 'UserErased']);
    for (const each of all) {
      expect(await shown(each)).toMatchObject({ userId: ada, details: null });
      expect(await each.users.names({ userIds: [ada] }, context)).toEqual({ names: [] });
    }
  });

  it('is erased before the view has heard of it', async () => {
    const { first } = instances();
    await register(first);
    await first.fill();
    await erase(first);
    expect((await first.users.get({ userId: ada, minPosition: 0n }, context)).found).toMatchObject({ details: null });
  });

  it('is not changed, nor registered again', async () => {
    const { first } = instances();
    await register(first);
    await erase(first);
    const refused = { kind: 'rejected', rejection: 'UserErased' };
    expect(await change(first, [{ field: 'name', value: 'Ada' }])).toEqual(refused);
    expect((await register(first)).outcome).toEqual(refused);
    expect(await erase(first)).toMatchObject({ kind: 'recorded', repeated: true });
  });

  it('is erased once that is recorded, and not at all where it can not be', async () => {
    const { world, ledger, first } = instances();
    await register(first);
    ledger.journal.faults.push('refused');
    await expect(erase(first)).rejects.toMatchObject({ code: 'unavailable', retryable: true });
    expect(await shown(first)).toMatchObject({ details });
    expect(await erase(first)).toEqual(recorded);
    expect(await shown(first)).toMatchObject({ details: null });
    expect(await types(world)).toEqual(['UserRegistered', 'UserErased']);
  });

  it('can only be one who was registered', async () => {
    expect(await erase(instances().first)).toEqual({ kind: 'rejected', rejection: 'UnknownUser' });
  });
});

describe('the names of owners', () => {
  it.each<[Partial<UserDetails>, string, string]>([
    [{}, 'Ada Lovelace', 'Ada'],
    [{ preferredName: null }, 'Ada King', 'Ada'],
    [{ preferredName: 'Lovelace Ada', preferredFirstName: 'Ada' }, 'Lovelace Ada', 'Ada'],
  ])('follow from %j', async (how, preferredName, preferredFirstName) => {
    const { first } = instances();
    await register(first, how);
    await first.fill();
    const { names } = await first.users.names({ userIds: [ada, 'user_0000nobody', ada] }, context);
    expect(names).toEqual([{ userId: ada, preferredName, preferredFirstName }]);
  });
});
