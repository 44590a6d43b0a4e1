// Login names and passphrases of users; who the users are is the accounts service's.
import type { Random } from '@tallystick/transport';
import { ProblemError } from '@tallystick/transport/service';
import type { Records } from '@tallystick/views';
import { JsonRecords } from '@tallystick/views/json-records';
import type { LoginLimit } from './login-limit.js';
import { type HashedPassphrase, type Passphrases, SALT_BYTES } from './passphrases.js';
import { badCredentials } from './refusals.js';
import { hashOf } from './secret-texts.js';

interface User {
  /** What the login name's own record is kept under: the one by which this user logs in now. */
  readonly login: string;
  readonly passphrase: HashedPassphrase;
}

interface Login {
  readonly userId: string;
}

export interface CredentialsPorts {
  readonly records: Records;
  readonly random: Random;
  readonly passphrases: Passphrases;
  readonly limit: LoginLimit;
}

export class Credentials {
  private readonly users: JsonRecords<User>;
  private readonly logins: JsonRecords<Login>;

  constructor(private readonly ports: CredentialsPorts) {
    this.users = new JsonRecords(ports.records, 'users');
    this.logins = new JsonRecords(ports.records, 'logins');
  }

  /** What a user logs in with from now on. @throws ProblemError, 409, where another user has the name */
  async set(userId: string, loginName: string, passphrase: string): Promise<void> {
    const { random, passphrases } = this.ports;
    const login = keyOf(loginName);
    const hashed = await passphrases.hash(passphrase, random(SALT_BYTES));
    await this.reserve(login, userId);
    for (;;) {
      const before = await this.users.get(userId);
      if (!(await this.users.replace(userId, before, { login, passphrase: hashed }))) continue;
      // Another user's may have come between the reservation and this.
      if ((await this.logins.get(login))?.value.userId !== userId) throw nameTaken();
      // Where this is missed, `reserve` finds that its user has another name.
      if (before !== undefined && before.value.login !== login) await this.logins.remove(before.value.login);
      return;
    }
  }

  /**
   * The user whose login this is.
   * @param address where the attempt comes from
   * @throws ProblemError: 401, whatever is wrong; 429 after too many that were
   */
  async userOf(loginName: string, passphrase: string, address: string): Promise<string> {
    const { passphrases, limit } = this.ports;
    const login = keyOf(loginName);
    await limit.take(login, address);
    const userId = (await this.logins.get(login))?.value.userId;
    // Read where there is nobody, too: the answer takes as long.
    const user = (await this.users.get(userId ?? ''))?.value;
    const kept = user?.login === login ? user.passphrase : undefined;
    const isRight = await passphrases.matches(passphrase, kept);
    if (userId === undefined || !isRight) throw badCredentials();
    await limit.giveBack(login, address);
    return userId;
  }

  /** Whether there is something that the user logs in with. */
  async has(userId: string): Promise<boolean> {
    return (await this.users.get(userId)) !== undefined;
  }

  /** The user logs in no more. */
  async forget(userId: string): Promise<void> {
    const user = (await this.users.get(userId))?.value;
    if (user === undefined) return;
    // The name is the user's own until the user has none, and can be nobody else's before.
    if ((await this.logins.get(user.login))?.value.userId === userId) await this.logins.remove(user.login);
    await this.users.remove(userId);
  }

  private async reserve(login: string, userId: string): Promise<void> {
    for (;;) {
      const holder = await this.logins.get(login);
      if (holder?.value.userId === userId) return;
      if (holder !== undefined && (await this.users.get(holder.value.userId))?.value.login === login) throw nameTaken();
      if (await this.logins.replace(login, holder, { userId })) return;
    }
  }
}

/** Names are people's; what is kept is only good for finding them again. */
function keyOf(loginName: string): string {
  return hashOf(loginName.trim().normalize('NFKC').toLowerCase());
}

function nameTaken(): ProblemError {
  const message = 'another user logs in by this name';
  return new ProblemError({ status: 409, code: 'conflict.login_name_taken', message, params: { param: 'login_name' } });
}
