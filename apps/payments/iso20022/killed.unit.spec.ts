// Killed at each step, before it or after it, then asked again: each process ends as if nothing had been.
import { describe, expect, it } from '@jest/globals';
import { accountsContract, bookDateIn, type ClientOf } from '@tallystick/contracts';
import { deriveId } from '@tallystick/events';
import { type AccountId, type CurrencyCode, chart, type PaymentId } from '@tallystick/ledger-core';
import { MemoryRecords } from '@tallystick/views/memory/index';
import { gatewayOverMemory, MAY_FIRST } from '../../card-processing/gateway-over-memory.suite.js';
import { Killed, Life } from '../../ledger/life.suite.js';
import { InboundPayments } from './inbound.js';
import { OutboundPayments } from './outbound.js';
import { open, seal } from './payments-over-memory.suite.js';
import { Replies } from './replies.js';
import { codec, transferOf } from './transfers.suite.js';

const USD = 'USD' as CurrencyCode;
const bookDate = bookDateIn('Europe/London');
const at = { effectiveAt: MAY_FIRST, localDate: bookDate(MAY_FIRST), causedAt: 0n };

async function world() {
  const over = await gatewayOverMemory();
  const records = new MemoryRecords();
  const ids = ['a', 'b'].map((name) => deriveId('acc', MAY_FIRST, 'acc', `spec/${name}`) as AccountId);
  const [mine = over.accountId] = ids;
  for (const accountId of ids) {
    const opened = { owners: [], currency: USD, product: 'current', overdraftLimit: 0n, externalReference: null };
    const open = { type: 'OpenAccount' as const, accountId, ...opened, personal: null };
    await over.ledger.execute(
      { accountId, caller: 'spec', commands: [{ ...at, key: 'o', command: open }] },
      over.context,
    );
  }
  const accounts: ClientOf<typeof accountsContract> = {
    ...over.transport.client(accountsContract),
    byNumber: async ({ numbers }) => ({
      accounts: numbers.map(({ accountNumber }) => ids[Number(accountNumber)] ?? null),
    }),
    numberOf: async () => ({ found: null }),
  };
  const processOf = (life: Life) => {
    const ports = { ledger: life.of({ ...over.ledger }), accounts: life.of(accounts), records: life.of(records) };
    const rest = { seal, open, clock: () => MAY_FIRST, bookDate };
    return {
      inbound: new InboundPayments({ ...ports, ...rest }),
      outbound: new OutboundPayments({ ...ports, ...rest }),
      replies: new Replies({ ...ports, ...rest }),
    };
  };
  const balances = async () => {
    const found = await Promise.all(ids.map((accountId) => over.ledger.account({ accountId }, over.context)));
    return found.map((answer) => answer.found?.balances.ledger);
  };
  const fund = async () => {
    const command = {
      type: 'ReceivePayment' as const,
      paymentId: 'payment_x' as PaymentId,
      scheme: 'spec',
      amount: 500n,
      currency: USD,
      nostro: chart.nostro('main'),
      personal: null,
    };
    await over.ledger.execute(
      { accountId: mine, caller: 'spec', commands: [{ ...at, key: 'f', command }] },
      over.context,
    );
  };
  return { over, mine, processOf, balances, fund };
}
type World = Awaited<ReturnType<typeof world>>;
type Process = ReturnType<World['processOf']>;

/** @param run the process from its beginning, as whoever asks would ask again */
async function killedEverywhere<T>(run: (process: Process, world: World) => Promise<T>): Promise<T> {
  const whole = await world();
  const wholeLife = new Life(0, 'before');
  const expected = { answer: await run(whole.processOf(wholeLife), whole), balances: await whole.balances() };
  expect(wholeLife.steps).toBeGreaterThan(3);
  for (const when of ['before', 'after'] as const)
    for (let step = 1; step <= wholeLife.steps; step++) {
      const killed = await world();
      await expect(run(killed.processOf(new Life(step, when)), killed)).rejects.toBeInstanceOf(Killed);
      const answer = await run(killed.processOf(new Life(0, 'before')), killed);
      expect({ when, step, answer, balances: await killed.balances() }).toEqual({ when, step, ...expected });
    }
  return expected.answer;
}

const pay = (mine: AccountId) => ({
  ...{ caller: 'spec', key: 'p', effectiveAt: MAY_FIRST, localDate: at.localDate },
  ...{ accountId: mine, creditor: { name: 'Bob', account: '1', agent: '3' }, amount: 200n, currency: USD },
  ...{ reference: null, clearingSystem: null },
});
const GrpHdr = { MsgId: 'S-1', CreDtTm: '2026-05-01T10:00:00Z' };

describe('a process that is killed', () => {
  it('goes on with a file of credit transfers', async () => {
    const lines = ['0', '1', '7', '0'].map((account, index) => ({ id: `t${index}`, account, minor: 100n }));
    const transfer = transferOf(lines);
    const text = codec.write({ id: 'pacs.008.001.08', body: { FIToFICstmrCdtTrf: transfer } });
    const report = await killedEverywhere(({ inbound }, { over }) => inbound.take(transfer, text, () => over.context));
    expect(report?.TxInfAndSts?.map(({ TxSts }) => TxSts)).toEqual(['ACSC', 'ACSC', 'RJCT', 'ACSC']);
  });

  it('goes on with a payment, its confirmation and its return', async () => {
    const payment = await killedEverywhere(async ({ outbound, replies }, { over, mine, fund }) => {
      await fund();
      const { paymentId } = await outbound.pay(pay(mine), over.context);
      const OrgnlTxId = paymentId.replace('payment_', '');
      const contextOf = () => over.context;
      await replies.report({ GrpHdr, TxInfAndSts: [{ OrgnlTxId, TxSts: 'ACSC' }] }, contextOf);
      const RtrdIntrBkSttlmAmt = { currency: 'USD', minor: 200n };
      const header = { ...GrpHdr, NbOfTxs: '1', SttlmInf: { SttlmMtd: 'CLRG' } };
      await replies.returned({ GrpHdr: header, TxInf: [{ OrgnlTxId, RtrdIntrBkSttlmAmt }] }, contextOf);
      return (await outbound.payment({ paymentId }, over.context)).found;
    });
    expect(payment).toMatchObject({ state: 'RETURNED', returnedBy: expect.stringMatching(/^payment_/) });
  });

  it('goes on with a payment that is rejected', async () => {
    const payment = await killedEverywhere(async ({ outbound, replies }, { over, mine, fund }) => {
      await fund();
      const { paymentId } = await outbound.pay(pay(mine), over.context);
      const OrgnlTxId = paymentId.replace('payment_', '');
      await replies.report({ GrpHdr, TxInfAndSts: [{ OrgnlTxId, TxSts: 'RJCT' }] }, () => over.context);
      return (await outbound.payment({ paymentId }, over.context)).found;
    });
    expect(payment).toMatchObject({ state: 'RETURNED', returnedBy: null });
  });
});
