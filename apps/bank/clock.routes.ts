// HTTP for driving the clock of a bank that is tried out: what falls due meanwhile is done when the answer goes out.
import { Type } from '@sinclair/typebox';
import type { Micros } from '@tallystick/ledger-core';
import type { HttpRoutes, StaffToken } from '@tallystick/transport/service';

const TEN_YEARS = 315_360_000;

const body = Type.Object(
  { advance_seconds: Type.Integer({ minimum: 1, maximum: TEN_YEARS }) },
  { additionalProperties: false },
);
const answer = Type.Object({ now: Type.String({ description: 'RFC 3339' }) });

export interface ClockRoutesPorts {
  readonly routes: HttpRoutes;
  readonly staff: StaffToken;
  readonly clock: { readonly now: () => Micros; advance(seconds: number): void };
  /** Does what has fallen due. */
  readonly runDue: () => Promise<void>;
}

export function addClockRoutes({ routes, staff, clock, runDue }: ClockRoutesPorts): void {
  const shown = () => ({ now: new Date(Number(clock.now() / 1000n)).toISOString() });
  routes.add({
    method: 'GET',
    url: '/staff/clock',
    summary: "The bank's time",
    schemas: { response: { 200: answer } },
    handle: async ({ headers }) => {
      staff.actorOf(headers);
      return shown();
    },
  });
  routes.add({
    method: 'POST',
    url: '/staff/clock',
    summary:
      "Drive the bank's clock ahead; holds that expire and payments that are due by then are done when this is answered",
    schemas: { body, response: { 200: answer } },
    handle: async ({ headers, body: { advance_seconds } }) => {
      staff.actorOf(headers);
      clock.advance(advance_seconds);
      await runDue();
      return shown();
    },
  });
}
