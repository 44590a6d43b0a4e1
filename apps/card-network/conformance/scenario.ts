// A scenario as its file has it: what there is at first, what is sent, what has to come back. docs/conformance.md explains it for whoever writes one.
import { type Static, type TProperties, Type } from '@sinclair/typebox';

const closed = <P extends TProperties>(properties: P) => Type.Object(properties, { additionalProperties: false });
const minorUnits = Type.Integer({
  minimum: 0,
  maximum: 999_999_999_999,
  description: 'minor units; twelve digits fit the wire',
});
const name = Type.String({ pattern: '^[a-z][a-z0-9 -]{0,39}$' });
const mti = Type.String({ pattern: '^0[0-9]{3}$' });
const fieldNumber = '^([2-9]|[1-9][0-9]|1[01][0-9]|12[0-8])$';

const anything = Type.Record(Type.String(), Type.Unknown());
/** Of a message: text; null leaves out what would be there by itself; a list is of parts without a tag, an object of parts with one. */
const sentFields = Type.Record(
  Type.String({ pattern: fieldNumber }),
  Type.Union([
    Type.String(),
    Type.Null(),
    Type.Array(Type.String()),
    Type.Record(Type.String({ pattern: '^[0-9]{2}$' }), Type.String()),
  ]),
  { additionalProperties: false },
);
/** Of an answer: exactly this; null where it must not be there, `*` where it may be anything. */
const expectedFields = Type.Record(
  Type.String({ pattern: fieldNumber }),
  Type.Union([Type.String(), Type.Null(), Type.Array(Type.String())]),
  { additionalProperties: false },
);

const controls = closed({
  online: Type.Optional(Type.Boolean()),
  contactless: Type.Optional(Type.Boolean()),
  atm: Type.Optional(Type.Boolean()),
  magstripe: Type.Optional(Type.Boolean()),
  blocked_categories: Type.Optional(Type.Array(Type.String({ pattern: '^[0-9]{4}$' }))),
});
const limits = closed({
  per_transaction: Type.Optional(minorUnits),
  daily_amount: Type.Optional(minorUnits),
  monthly_amount: Type.Optional(minorUnits),
  daily_cash: Type.Optional(minorUnits),
  daily_count: Type.Optional(minorUnits),
  monthly_count: Type.Optional(minorUnits),
});

const given = closed({
  currency: Type.Optional(Type.String({ pattern: '^[A-Z]{3}$', default: 'GBP' })),
  overdraft: Type.Optional(minorUnits),
  card: Type.Optional(
    closed({
      active: Type.Optional(Type.Boolean()),
      expiry: Type.Optional(Type.String({ pattern: '^[0-9]{4}-[0-9]{2}$' })),
      limits: Type.Optional(limits),
      controls: Type.Optional(controls),
    }),
  ),
  changes: Type.Optional(Type.Array(Type.String({ description: "of the staff's changes, such as freeze_card" }))),
});

const messageSent = closed({
  mti,
  about: Type.Optional(name),
  follows: Type.Optional(name),
  amount: Type.Optional(minorUnits),
  replacement: Type.Optional(minorUnits),
  fields: Type.Optional(sentFields),
  damaged: Type.Optional(Type.Boolean()),
  link: Type.Optional(name),
});
const requestSent = closed({
  http: Type.String({ pattern: '^/' }),
  about: Type.Optional(name),
  amount: Type.Optional(minorUnits),
  body: Type.Optional(anything),
  key: Type.Optional(Type.String()),
});
const changeSent = Type.Object({ change: Type.String() });
const clockSent = closed({ advance_seconds: Type.Integer({ minimum: 1 }) });

const balances = closed({
  ledger: Type.Optional(Type.Integer()),
  held: Type.Optional(Type.Integer()),
  available: Type.Optional(Type.Integer()),
});

const everyStep = { as: Type.Optional(name), balances: Type.Optional(balances) };
export const messageStep = closed({
  ...everyStep,
  send: messageSent,
  expect: Type.Union([Type.Literal('nothing'), closed({ mti: Type.Optional(mti), fields: expectedFields })]),
});
export const requestStep = closed({
  ...everyStep,
  send: requestSent,
  expect: closed({ status: Type.Optional(Type.Integer()), body: Type.Optional(anything) }),
});
export const changeStep = closed({ ...everyStep, send: changeSent });

export const clockStep = closed({ ...everyStep, send: clockSent });

/** The steps are checked each by its own kind, so that an error speaks of that kind. */
export const scenarioSchema = closed({
  name: Type.String({ minLength: 1, maxLength: 120 }),
  source: Type.String({ minLength: 1, maxLength: 200 }),
  covers: Type.Optional(Type.Array(Type.String())),
  given: Type.Optional(given),
  steps: Type.Array(Type.Object({ send: Type.Object({}) }), { minItems: 1 }),
});

export type Given = Static<typeof given>;
export type MessageSent = Static<typeof messageSent>;
export type RequestSent = Static<typeof requestSent>;
export type ChangeSent = Static<typeof changeSent>;
export type ExpectedBalances = Static<typeof balances>;
export type MessageStep = Static<typeof messageStep>;
export type RequestStep = Static<typeof requestStep>;
export type ChangeStep = Static<typeof changeStep>;
export type ClockStep = Static<typeof clockStep>;
export type Step = MessageStep | RequestStep | ChangeStep | ClockStep;

export interface Scenario {
  /** The name of its file, without the folder. */
  readonly file: string;
  readonly name: string;
  readonly source: string;
  /** Rows, rungs and pairs of the coverage table. */
  readonly covers: readonly string[];
  readonly given: Given;
  readonly steps: readonly Step[];
}

export function isMessage(step: Step): step is MessageStep {
  return 'mti' in step.send;
}

/** Whether time has to pass for it: then it is played by itself, for every account's time is the same. */
export function takesTime({ steps }: Scenario): boolean {
  return steps.some(isClock);
}

export function isClock(step: Step): step is ClockStep {
  return 'advance_seconds' in step.send;
}

export function isRequest(step: Step): step is RequestStep {
  return 'http' in step.send;
}
