// Payments of schedules to other banks: the process that notes them, and the notes compared with the model.
import type { PaymentId } from '@tallystick/ledger-core';
import { contextsOf } from '@tallystick/transport';
import { MemoryRecords } from '@tallystick/views/memory/index';
import { OutboundRecords } from '../../payments/iso20022/outbound-records.js';
import { ScheduledPaymentsProcess } from '../../payments/iso20022/scheduled-payments.process.js';
import type { AtRest } from './at-rest-world.js';
import { consume, portsOf, type Start } from './bank-processes.js';
import { skewedClock } from './ledgers.js';

const NOTED = 'a payment of a schedule to another bank is noted, once';

export const startScheduledPayments: Start = async (world, of) => {
  const { journal, records } = portsOf(world, of);
  const process = new ScheduledPaymentsProcess({
    records,
    ledger: world.network.clientOf(of, world.instanceOf),
    // Nobody is erased here.
    open: async () => ({}),
    contextFor: contextsOf('service:simulated'),
    clock: skewedClock(world.machine, of, world.trueTime),
    bookDate: world.bookDate,
  });
  await consume(world, of, journal, process);
};

export async function checkPaymentsElsewhere({ stores, bank, invariants }: AtRest): Promise<void> {
  const records = new MemoryRecords(stores.records);
  const noted = new OutboundRecords(records);
  let expected = 0;
  for (const account of bank.accounts.values())
    for (const [paymentId, amount] of account.paidElsewhere) {
      expected++;
      const found = await noted.get(paymentId as PaymentId);
      const right = found?.accountId === account.id && found.amount === String(amount) && found.state === 'SENT';
      invariants.holds(NOTED, right, () => [paymentId, `${amount} from ${account.id}`, found ?? 'nothing']);
    }
  const keys = await records.keys('outbound-payments', { limit: expected + 1 });
  invariants.same(NOTED, expected, keys.length, () => 'how many');
}
