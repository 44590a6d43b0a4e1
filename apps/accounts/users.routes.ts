// HTTP for the bank's own people: customers and their details.
import { type Static, Type } from '@sinclair/typebox';
import { type accountsContract, type ClientOf, orNull, type ResponseOf } from '@tallystick/contracts';
import { badParam, type HttpRoutes, missingParam } from '@tallystick/transport/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { instant } from './staff.answers.js';
import { notFound, rejected, storable } from './staff.refusals.js';
import { CALLER, type StaffRequests } from './staff.requests.js';
import { closed, keyHeader } from './staff.schemas.js';
import type { DetailChanges, UserDetails } from './user-details.js';

type Methods = (typeof accountsContract)['methods'];
type Outcome = ResponseOf<Methods['changeUser']>['outcome'];
type Found = NonNullable<ResponseOf<Methods['user']>['found']>;

/** What hides or reorders the rest; a line's end stands in addresses alone. */
const HIDDEN = '\\u0000-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069';
const LINE = `^[^${HIDDEN}]+$`;
const LINES = `^(?:[^${HIDDEN}]|\\n)+$`;
const line = (maxLength: number) => Type.String({ minLength: 1, maxLength, pattern: LINE });
const NAME_LENGTH = 255;

const personal = {
  name: line(NAME_LENGTH),
  preferred_name: line(NAME_LENGTH),
  preferred_first_name: line(NAME_LENGTH),
  email: Type.String({ maxLength: 254, pattern: '^[^@\\s]+@[^@\\s]+$' }),
  phone: Type.String({ pattern: '^\\+[1-9][0-9]{6,14}$', description: 'E.164' }),
  address: Type.String({ minLength: 1, maxLength: 1_024, pattern: LINES }),
  date_of_birth: Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' }),
};
const { name, ...optional } = personal;
const userId = Type.String({ pattern: '^user_[0-9A-Za-z]{4,59}$' });
const userParam = closed({ user_id: userId });

const registerBody = closed({
  user_id: Type.Optional(userId),
  name,
  ...mapped(optional, (schema) => Type.Optional(schema)),
});
const changeBody = closed({
  name: Type.Optional(name),
  ...mapped(optional, (schema) => Type.Optional(orNull(schema))),
});
const written = Type.Object({ user_id: Type.String(), position: Type.String() });
const userAnswer = Type.Object({
  user_id: Type.String(),
  registered: Type.String(),
  changed: Type.String(),
  erased: Type.Boolean(),
  ...mapped(personal, () => orNull(Type.String())),
});

const FIELDS = {
  name: 'name',
  preferred_name: 'preferredName',
  preferred_first_name: 'preferredFirstName',
  email: 'email',
  phone: 'phone',
  address: 'address',
  date_of_birth: 'dateOfBirth',
} as const satisfies Record<keyof typeof personal, keyof UserDetails>;
type Field = keyof typeof FIELDS;

export interface UserRoutesPorts {
  readonly accounts: Pick<ClientOf<typeof accountsContract>, 'registerUser' | 'changeUser' | 'eraseUser' | 'user'>;
  readonly requests: StaffRequests;
}

export class UserRoutes {
  constructor(
    routes: HttpRoutes,
    private readonly ports: UserRoutesPorts,
  ) {
    routes.add({
      method: 'POST',
      url: '/staff/users',
      summary: 'Registers a customer.',
      schemas: { body: registerBody, headers: keyHeader, response: { 200: written } },
      handle: (request, reply) => this.register(request.body, request, reply),
    });
    routes.add({
      method: 'GET',
      url: '/staff/users/:user_id',
      summary: 'What is known of a customer.',
      schemas: { params: userParam, response: { 200: userAnswer } },
      handle: (request) => this.show(request.params.user_id, request),
    });
    routes.add({
      method: 'PATCH',
      url: '/staff/users/:user_id',
      summary: "Changes a customer's details; null removes one.",
      schemas: { params: userParam, body: changeBody, headers: keyHeader, response: { 200: written } },
      handle: (request, reply) => this.change(request.params.user_id, request.body, request, reply),
    });
    routes.add({
      method: 'DELETE',
      url: '/staff/users/:user_id',
      summary:
        'Erases a customer, with the text on accounts all of whose owners are erased: nothing of it can be read again.',
      schemas: { params: userParam, response: { 200: written } },
      handle: (request, reply) => this.erase(request.params.user_id, request, reply),
    });
  }

  private async register(body: Static<typeof registerBody>, { headers }: FastifyRequest, reply: FastifyReply) {
    const { accounts, requests } = this.ports;
    const context = requests.contextOf(headers);
    const details: Record<string, string | null> = {};
    for (const [field, to] of entriesOf(FIELDS)) details[to] = checked(field, body[field] ?? null);
    const { localDate: _, ...at } = await requests.firstCircumstances(headers, 'users');
    const registration = {
      ...at,
      userId: body.user_id === undefined ? null : storable('user_id', body.user_id),
    };
    // Every field was just given its value.
    const registered = await accounts.registerUser({ ...registration, details: details as UserDetails }, context);
    return { user_id: registered.userId, position: await this.positionOf(registered.outcome, headers, reply) };
  }

  private async change(
    userId: string,
    body: Static<typeof changeBody>,
    { headers }: FastifyRequest,
    reply: FastifyReply,
  ) {
    const { accounts, requests } = this.ports;
    const context = requests.contextOf(headers);
    const changes: DetailChanges[number][] = [];
    for (const [field, to] of entriesOf(FIELDS)) {
      const value = body[field];
      if (value !== undefined) changes.push({ field: to, value: checked(field, value) });
    }
    if (changes.length === 0) throw missingParam('name');
    const { caller, key } = requests.circumstances(headers);
    const { outcome } = await accounts.changeUser({ userId, caller, key, changes }, context);
    return { user_id: userId, position: await this.positionOf(outcome, headers, reply) };
  }

  private async erase(userId: string, { headers }: FastifyRequest, reply: FastifyReply) {
    const { accounts, requests } = this.ports;
    const { outcome } = await accounts.eraseUser({ userId, caller: CALLER }, requests.contextOf(headers));
    return { user_id: userId, position: await this.positionOf(outcome, headers, reply) };
  }

  private async show(userId: string, { headers }: FastifyRequest) {
    const { accounts, requests } = this.ports;
    const context = requests.contextOf(headers);
    const minPosition = await requests.minPosition(headers, context);
    const { found } = await accounts.user({ userId, minPosition }, context);
    if (found === null) throw notFound('user');
    return userShown(found);
  }

  private positionOf(outcome: Outcome, headers: FastifyRequest['headers'], reply: FastifyReply): Promise<string> {
    if (outcome.kind === 'recorded')
      return this.ports.requests.written(outcome.position, this.ports.requests.contextOf(headers), reply);
    throw rejected(outcome.rejection);
  }
}

function userShown({ userId, registeredAt, changedAt, details }: Found) {
  const shown = mapped(FIELDS, (to) => details?.[to] ?? null);
  return {
    user_id: userId,
    registered: instant(registeredAt),
    changed: instant(changedAt),
    erased: details === null,
    ...shown,
  };
}

/** @throws ProblemError, 400 */
function checked(field: Field, value: string | null): string | null {
  if (value === null) return null;
  if (field === 'date_of_birth' && !isDate(value)) throw badParam(field, `${field} is no day`);
  // A telephone number has as many digits as some cards, and is none.
  return field === 'phone' ? value : storable(field, value);
}

function isDate(text: string): boolean {
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

function mapped<Names extends string, From, To>(
  from: Readonly<Record<Names, From>>,
  to: (value: From) => To,
): Record<Names, To> {
  const entries = entriesOf(from).map(([field, value]) => [field, to(value)] as const);
  // fromEntries forgets which names there are.
  return Object.fromEntries(entries) as Record<Names, To>;
}

function entriesOf<Names extends string, Value>(of: Readonly<Record<Names, Value>>): [Names, Value][] {
  // entries forgets which names there are.
  return Object.entries(of) as [Names, Value][];
}
