// HTTP for the bank's own people: the big switch, and where the stacks' answers differ. Not on the public door.
import { Type } from '@sinclair/typebox';
import { type HttpRoutes, ProblemError, type StaffToken } from '@tallystick/transport/service';
import type { FastifyRequest } from 'fastify';
import { type BigSwitch, switchFields } from './big-switch.js';
import type { ShadowCompare } from './shadow-compare.js';

const closed = { additionalProperties: false };
const version = Type.Integer({ minimum: 0, description: 'one more at each change' });
const shown = Type.Object({ ...switchFields, version });
const stack = Type.Union([Type.Literal('first'), Type.Literal('second')]);
const differences = Type.Object({
  differences: Type.Array(
    Type.Object({
      at: Type.String({ description: 'RFC 3339' }),
      trace_id: Type.String(),
      service: Type.String(),
      request: Type.String({ description: 'without ids and values' }),
      answered_by: stack,
      status: Type.Integer(),
      other_status: Type.Integer(),
      paths: Type.Array(Type.String(), { description: 'where the bodies differ' }),
    }),
  ),
});
const body = Type.Object(
  {
    ...switchFields,
    version: Type.Optional(Type.Integer({ minimum: 0, description: 'refused where it is another by now' })),
  },
  closed,
);

export interface SwitchRoutesPorts {
  readonly staff: StaffToken;
  readonly bigSwitch: BigSwitch;
  readonly hasSecond: () => boolean;
  /** Undefined before the door is open. */
  readonly shadow: () => ShadowCompare | undefined;
}

export function addSwitchRoutes(routes: HttpRoutes, { staff, bigSwitch, hasSecond, shadow }: SwitchRoutesPorts): void {
  const before = async ({ headers }: FastifyRequest) => void staff.actorOf(headers);
  routes.add({
    method: 'GET',
    url: '/staff/switch',
    summary: 'Which accounts go to the second stack, and how many answers are compared',
    schemas: { response: { 200: shown } },
    before,
    handle: () => bigSwitch.stored(),
  });
  routes.add({
    method: 'PUT',
    url: '/staff/switch',
    summary: 'Change which accounts go to the second stack; every edge follows within a second',
    schemas: { body, response: { 200: shown } },
    before,
    handle: async ({ body: { version: expected, ...settings } }) => {
      const { share_per_mille, accounts, shadow_per_mille } = settings;
      if (share_per_mille + accounts.length + shadow_per_mille > 0 && !hasSecond()) throw noSecondStack();
      const changed = await bigSwitch.change(settings, expected);
      if (changed === undefined) throw changedMeanwhile();
      return changed;
    },
  });
  routes.add({
    method: 'GET',
    url: '/staff/switch/differences',
    summary: 'The last answers of the two stacks that differed and stayed different, as this instance saw them',
    schemas: { response: { 200: differences } },
    before,
    handle: async () => {
      return { differences: shadow()?.reported() ?? [] };
    },
  });
}

function noSecondStack(): ProblemError {
  const message = 'there is no second stack to send anything to';
  return new ProblemError({ status: 412, code: 'precondition_failed.no_second_stack', message });
}

function changedMeanwhile(): ProblemError {
  const message = 'somebody else has changed the switch meanwhile';
  return new ProblemError({ status: 409, code: 'conflict.switch_changed', message });
}
