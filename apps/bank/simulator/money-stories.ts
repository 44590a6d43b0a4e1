// Transfers, payments, pots, and what the bank itself does with an account.
import { bookDateIn } from '@tallystick/contracts';
import type { AccountCommand, LedgerAccount, PaymentId, ScheduleId, TransferId } from '@tallystick/ledger-core';
import { idsOf } from '../../ledger/due-payments.timer.js';
import { BOOK_ZONE, DAY, NOSTRO, SECOND, USD, WORLD_BEGINS } from './plan.js';
import type { Story } from './story.js';

const bookDate = bookDateIn(BOOK_ZONE);

export function moneyStory(story: Story): void {
  const told = story.draw.below(100);
  if (told < 35) transfer(story);
  else if (told < 60) payment(story);
  else if (told < 80) pots(story);
  else if (told < 88) bankSide(story);
  else if (told < 92) schedule(story);
  else status(story);
}

/** One way, or both ways at once between the same two accounts. */
function transfer(story: Story): void {
  const { draw, account, name } = story;
  const other = story.other();
  const there = send(story, `transfer_${name}`, other.accountId);
  story.say(there, { ...there, amount: there.amount + 1n });
  if (draw.happens(400_000)) {
    const back = send(story, `transfer_${name}_back`, account.accountId);
    story.say({ ...back, currency: other.currency }, undefined, other);
  }
  if (!draw.happens(100_000)) return;
  story.wait();
  story.say({ type: 'CancelTransfer', transferId: there.transferId });
}

/** One transfer to an account that may not be there. */
export function sendTo(story: Story, accountId: Story['account']['accountId']): void {
  story.say(send(story, `transfer_${story.name}`, accountId));
}

function send(story: Story, id: string, destinationAccountId: Story['account']['accountId']) {
  const amount = story.amount(20_000);
  const currency = story.account.currency;
  return {
    type: 'SendTransfer' as const,
    transferId: id as TransferId,
    destinationAccountId,
    amount,
    currency,
    personal: null,
  };
}

function payment(story: Story): void {
  const { draw, account, name } = story;
  const paymentId = `payment_${name}` as PaymentId;
  const outside = {
    paymentId,
    scheme: 'fps',
    amount: story.amount(30_000),
    currency: account.currency,
    nostro: NOSTRO,
    personal: null,
  };
  if (draw.happens(500_000)) {
    const command = {
      ...outside,
      type: 'ReceivePayment' as const,
      currency: draw.happens(30_000) ? USD : outside.currency,
    };
    story.say(command, { ...command, amount: command.amount + 5n });
    return;
  }
  const command = { ...outside, type: 'SendPayment' as const };
  story.say(command, { ...command, amount: command.amount + 5n });
  story.wait();
  if (draw.happens(500_000)) story.say({ type: 'ConfirmPayment', paymentId });
  if (draw.happens(500_000)) story.say({ type: 'ReturnPayment', paymentId, reason: 'closed' });
}

function pots(story: Story): void {
  const { draw, account } = story;
  const potId = draw.pick(account.pots);
  const { currency } = account;
  if (draw.happens(300_000))
    story.say({ type: 'OpenPot', potId, goal: draw.pick([null, 5_000n]), style: 'sea', personal: null });
  for (let n = draw.between(1, 3); n > 0; n--) {
    const amount = story.amount(4_000);
    const move: AccountCommand = draw.happens(600_000)
      ? { type: 'DepositToPot', potId, amount, currency }
      : { type: 'WithdrawFromPot', potId, amount, currency };
    story.say(move, { ...move, amount: amount + 1n });
    story.wait();
  }
  if (draw.happens(150_000)) story.say({ type: 'LockPot', potId, until: null });
  if (draw.happens(200_000)) story.say({ type: 'UnlockPot', potId });
  if (draw.happens(60_000)) story.say({ type: 'ClosePot', potId });
}

/** On a date of the next days, once or again, to an account or another bank; now and then it is cancelled. */
function schedule(story: Story): void {
  const { draw, account, name } = story;
  const scheduleId = `schedule_${name}` as ScheduleId;
  const elsewhere = draw.happens(400_000);
  const command = {
    type: 'SchedulePayment' as const,
    scheduleId,
    destinationAccountId: elsewhere ? null : story.other().accountId,
    otherBank: elsewhere ? { scheme: 'fps', nostro: NOSTRO } : null,
    amount: story.amount(20_000),
    currency: account.currency,
    frequency: draw.pick(['ONCE', 'WEEKLY', 'WEEKLY', 'MONTHLY'] as const),
    firstDate: bookDate(WORLD_BEGINS + BigInt(story.now + draw.between(0, 3) * DAY)),
    lastDate: null,
    times: draw.pick([null, null, 1, 2]),
    personal: null,
  };
  story.say(command, { ...command, amount: command.amount + 1n });
  if (draw.happens(200_000)) {
    story.wait();
    story.say({ type: 'CancelScheduledPayment', scheduleId });
  }
  if (!elsewhere) return;
  // By then the first payment was taken or missed.
  story.pass(5 * DAY);
  const { paymentId } = idsOf(account.accountId, scheduleId, command.firstDate);
  if (draw.happens(500_000)) story.say({ type: 'ConfirmPayment', paymentId });
  if (draw.happens(500_000)) story.say({ type: 'ReturnPayment', paymentId, reason: 'closed' });
}

function bankSide(story: Story): void {
  const { draw, account, name } = story;
  const { currency } = account;
  const signed = draw.happens(500_000) ? story.amount() : -story.amount();
  const did = draw.pick<AccountCommand>([
    { type: 'ChargeFee', feeId: `fee_${name}`, kind: 'monthly', amount: story.amount(500), currency },
    {
      type: 'PostAdjustment',
      adjustmentId: `adj_${name}`,
      amount: signed,
      currency,
      reason: 'goodwill',
      proposedBy: 'ann',
      approvedBy: draw.pick(['bob', 'bob', 'ann']),
      contra: 'expense:adjustments' as LedgerAccount,
    },
    {
      type: 'PostStatementLine',
      lineId: `line_${name}`,
      amount: draw.happens(100_000) ? 0n : signed,
      currency,
      description: 'LINE',
      statedBalance: null,
    },
    { type: 'SetOverdraftLimit', overdraftLimit: draw.pick([0n, 1_000n, 20_000n]) },
  ]);
  story.say(did);
}

function status(story: Story): void {
  const { draw } = story;
  if (draw.happens(150_000)) {
    story.say({ type: 'CloseAccount' });
    return;
  }
  story.say({ type: 'FreezeAccount', reason: 'suspicion' });
  // Soon, or most of what follows would be declined.
  story.pass(draw.below(30 * SECOND));
  story.say({ type: 'UnfreezeAccount' });
}
