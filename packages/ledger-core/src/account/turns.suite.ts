// Random turns of two accounts' lives: commands with few keys, so that they meet each other.
import fc from 'fast-check';
import type { PotId } from '../brands.js';
import type { AccountCommand, SchedulePayment } from './commands.js';
import {
  adjust,
  advise,
  authorise,
  card,
  clear,
  closeDispute,
  dispute,
  pot as firstPot,
  fund,
  increment,
  nostro,
  pay,
  payment,
  provisionalCredit,
  refund,
  represent,
  reverse,
  reverseClearing,
  reverseRefund,
  USD,
} from './commands.suite.js';
import { DAY, GBP, SECOND } from './specification.suite.js';

const amount = fc.bigInt({ min: 1n, max: 300n });
const message = fc.constantFrom('1', '2', '3', '4', '5', '6');
const pot = fc.constantFrom(firstPot, 'pot_2' as PotId);
const yes = fc.boolean();

const kind = fc.constantFrom('PURCHASE', 'PURCHASE', 'PURCHASE', 'CASH', 'CREDIT', 'STATUS_INQUIRY');
const currency = fc.constantFrom(GBP, GBP, GBP, GBP, USD);

const authorisation = fc
  .record({
    n: message,
    amount,
    kind,
    partialAllowed: yes,
    singleMessage: fc.constantFrom(false, false, true),
    currency,
  })
  .map(({ n, amount, kind, ...rest }) => authorise(n, kind === 'STATUS_INQUIRY' ? 0n : amount, { kind, ...rest }));
const incremented = fc
  .tuple(message, fc.constantFrom('a', 'b', 'c'), amount)
  .map(([of, n, amount]) => increment(of, n, amount));
const advice = fc
  .record({
    n: fc.oneof(message, fc.constantFrom('a', 'b')),
    amount,
    responseCode: fc.constantFrom('00', '05'),
    currency,
  })
  .map(({ n, amount, ...rest }) => advise(n, amount, rest));
const reversal = fc
  .tuple(fc.oneof(message, fc.constantFrom('a', 'b')), fc.option(amount, { nil: null }))
  .map(([n, replacement]) => reverse(n, replacement));
const presentment = fc
  .record({
    n: fc.option(message, { nil: null }),
    amount,
    key: fc.constantFrom('k1', 'k2', 'k3', 'k4'),
    part: fc.option(fc.constantFrom(1, 2, 3), { nil: null }),
    final: yes,
    currency,
    reconciliation: fc.option(fc.record({ amount, currency }), { nil: null }),
  })
  .map(({ n, amount, key, part, final, ...rest }) => {
    const sequence = { sequenceNumber: part, sequenceCount: part === null ? null : 3 };
    return clear(n, amount, key, { ...rest, ...sequence, final: part === null && final });
  });
const refunded = fc
  .record({ n: fc.option(message, { nil: null }), amount, key: fc.constantFrom('r1', 'r2'), currency })
  .map(({ n, amount, key, currency }) => refund(n, amount, key, { currency }));
const takenBack = fc.oneof(
  fc
    .tuple(fc.constantFrom('k1', 'k2', 'k3', 'k4'), fc.option(amount, { nil: null }))
    .map((of) => reverseClearing(...of)),
  fc.tuple(fc.constantFrom('r1', 'r2'), fc.option(amount, { nil: null })).map((of) => reverseRefund(...of)),
);

const disputeKey = fc.constantFrom('d1', 'd2', 'd3');
const part = fc.option(amount, { nil: null });
const disputed: fc.Arbitrary<AccountCommand> = fc.oneof(
  fc.record({ n: message, amount: part, key: disputeKey }).map(({ n, amount, key }) => dispute(n, amount, key)),
  fc.tuple(disputeKey, part).map((of) => provisionalCredit(...of)),
  disputeKey.map(represent),
  fc
    .tuple(disputeKey, fc.constantFrom('WON' as const, 'LOST' as const, 'ABSORBED' as const))
    .map((of) => closeDispute(...of)),
);

const potCommand: fc.Arbitrary<AccountCommand> = fc.oneof(
  pot.map((potId) => ({ type: 'OpenPot' as const, potId, goal: null, style: '', personal: null })),
  fc
    .record({ type: fc.constantFrom('DepositToPot' as const, 'WithdrawFromPot' as const), potId: pot, amount })
    .map((move) => ({ ...move, currency: GBP })),
  fc.record({ type: fc.constant('LockPot' as const), potId: pot, until: fc.constant(null) }),
  fc.record({ type: fc.constantFrom('UnlockPot' as const, 'ClosePot' as const), potId: pot }),
);
const paymentCommand: fc.Arbitrary<AccountCommand> = fc.oneof(
  fc.tuple(amount, fc.constantFrom('p1', 'p2')).map((of) => fund(...of)),
  fc.tuple(amount, fc.constantFrom('p3', 'p4')).map((of) => pay(...of)),
  fc.constantFrom('p3', 'p4').map((id) => ({ type: 'ConfirmPayment' as const, paymentId: payment(id) })),
  fc.constantFrom('p3', 'p4').map((id) => ({ type: 'ReturnPayment' as const, paymentId: payment(id), reason: '' })),
);
const accountCommand: fc.Arbitrary<AccountCommand> = fc.oneof(
  amount.map((overdraftLimit) => ({ type: 'SetOverdraftLimit' as const, overdraftLimit })),
  fc.constantFrom({ type: 'FreezeAccount' as const, reason: '' }, { type: 'UnfreezeAccount' as const }),
  fc.constant({ type: 'CloseAccount' as const }),
  amount.map((amount) => ({ type: 'ChargeFee' as const, feeId: 'f', kind: 'monthly', amount, currency: GBP })),
  fc.bigInt({ min: -300n, max: 300n }).map((amount) => adjust({ amount })),
  fc.bigInt({ min: -300n, max: 300n }).map((amount) => ({
    type: 'PostStatementLine' as const,
    lineId: 'l',
    amount,
    currency: GBP,
    description: '',
    statedBalance: null,
  })),
);
const cardCommand = fc
  .constantFrom('FreezeCard' as const, 'UnfreezeCard' as const)
  .map((type): AccountCommand => ({ type, cardId: card, frozenBy: '', unfrozenBy: '' }));

const scheduled = fc.record({
  amount,
  frequency: fc.constantFrom('ONCE' as const, 'WEEKLY' as const, 'MONTHLY' as const),
  times: fc.option(fc.constantFrom(1, 3), { nil: null }),
  otherBank: fc.constantFrom(null, { scheme: 'fps', nostro }),
});

export type Act =
  | { readonly do: 'command'; readonly command: AccountCommand }
  | { readonly do: 'expire' | 'repeat'; readonly which: number }
  | { readonly do: 'transfer'; readonly amount: bigint }
  | { readonly do: 'advance'; readonly which: number }
  | { readonly do: 'schedule'; readonly terms: Pick<SchedulePayment, 'amount' | 'frequency' | 'times' | 'otherBank'> }
  | { readonly do: 'take' | 'cancel schedule'; readonly which: number; readonly isLastTry: boolean };

const command = (of: fc.Arbitrary<AccountCommand>): fc.Arbitrary<Act> =>
  of.map((each) => ({ do: 'command', command: each }));

const act = fc.oneof(
  { weight: 4, arbitrary: command(authorisation) },
  { weight: 2, arbitrary: command(incremented) },
  { weight: 2, arbitrary: command(advice) },
  { weight: 2, arbitrary: command(reversal) },
  { weight: 4, arbitrary: command(presentment) },
  { weight: 1, arbitrary: command(refunded) },
  { weight: 1, arbitrary: command(takenBack) },
  { weight: 3, arbitrary: command(disputed) },
  { weight: 2, arbitrary: command(potCommand) },
  { weight: 2, arbitrary: command(paymentCommand) },
  { weight: 1, arbitrary: command(accountCommand) },
  { weight: 1, arbitrary: command(cardCommand) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('expire' as const, 'repeat' as const), which: fc.nat(30) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('transfer' as const), amount }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('advance' as const), which: fc.nat(5) }) },
  { weight: 1, arbitrary: scheduled.map((terms) => ({ do: 'schedule' as const, terms })) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('take' as const, 'take' as const, 'take' as const, 'cancel schedule' as const),
      which: fc.nat(4),
      isLastTry: yes,
    }),
  },
);
/** Commands name the first card; whose card it is, the side and `card` say. */
export const turn = fc.record({
  side: fc.constantFrom(0, 1),
  card: fc.constantFrom(0, 1),
  after: fc.constantFrom(SECOND, SECOND, DAY, 8n * DAY, 31n * DAY),
  act,
});
export type Turn = typeof turn extends fc.Arbitrary<infer T> ? T : never;
