// Who of the bank's own people may do what. The token in the secrets is an operator's; further ones are records, each with a role.
import type { IncomingHttpHeaders } from 'node:http';
import { lettersOf } from '@tallystick/events';
import type { Random } from '@tallystick/transport';
import { ProblemError, type StaffToken } from '@tallystick/transport/service';
import type { Records } from '@tallystick/views';
import { JsonRecords } from '@tallystick/views/json-records';
import { hasHash, hashOf } from './secret-texts.js';

/** An operator does everything; a reader looks. */
export type StaffRole = 'operator' | 'reader';

export interface StaffMember {
  readonly name: string;
  readonly role: StaffRole;
}

interface StaffRecord extends StaffMember {
  readonly tokenHash: string;
}

const TOKEN = /^stafftoken_([a-z]{32})\.[0-9A-Za-z_-]{43}$/;
const ID_BYTES = 16;
const SECRET_BYTES = 32;

export class StaffAccess {
  private readonly members: JsonRecords<StaffRecord>;

  constructor(
    records: Records,
    private readonly random: Random,
    private readonly operator: StaffToken,
  ) {
    this.members = new JsonRecords(records, 'staff-tokens');
  }

  /** @throws ProblemError: 401 for anybody but the staff, 403 for a role that may not */
  async allow(headers: IncomingHttpHeaders, roles: readonly StaffRole[]): Promise<StaffMember> {
    const member = await this.memberOf(headers);
    if (roles.includes(member.role)) return member;
    const message = `this needs the role ${roles.join(' or ')}`;
    throw new ProblemError({ status: 403, code: 'forbidden.insufficient_permissions', message });
  }

  /** @throws ProblemError, 401 */
  async memberOf(headers: IncomingHttpHeaders): Promise<StaffMember> {
    const token = headers.authorization?.replace(/^Bearer /, '') ?? '';
    const id = TOKEN.exec(token)?.[1];
    const found = id === undefined ? undefined : (await this.members.get(id))?.value;
    if (found !== undefined && hasHash(token, found.tokenHash)) return { name: found.name, role: found.role };
    return { name: this.operator.actorOf(headers), role: 'operator' };
  }

  /** @returns the token, which is told this once */
  async add(name: string, role: StaffRole): Promise<{ readonly id: string; readonly token: string }> {
    const id = lettersOf(Buffer.from(this.random(ID_BYTES)).toString('hex'));
    const token = `stafftoken_${id}.${Buffer.from(this.random(SECRET_BYTES)).toString('base64url')}`;
    await this.members.insertIfAbsent(id, { name, role, tokenHash: hashOf(token) });
    return { id, token };
  }

  remove(id: string): Promise<void> {
    return this.members.remove(id);
  }
}
