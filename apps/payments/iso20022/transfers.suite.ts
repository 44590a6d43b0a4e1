// Credit transfers for specs, made up.
import type { Amount, CreditTransfer, CreditTransferTransaction, TransactionStatus } from '@tallystick/iso20022';
import { iso20022 } from '@tallystick/iso20022';
import { exponentOf } from '@tallystick/ledger-core';

const member = (id: string) => ({ FinInstnId: { ClrSysMmbId: { MmbId: id } } });
export const codec = iso20022(exponentOf);

export interface Line {
  readonly id: string;
  readonly account: string;
  readonly minor: bigint;
  readonly currency?: string;
}

export function transferOf(lines: readonly Line[], header: Partial<CreditTransfer['GrpHdr']> = {}): CreditTransfer {
  const [first, ...rest] = lines.map(transactionOf);
  if (first === undefined) throw new Error('a transfer has transactions');
  const GrpHdr = {
    MsgId: 'M-1',
    CreDtTm: '2026-05-01T10:00:00Z',
    NbOfTxs: String(lines.length),
    SttlmInf: { SttlmMtd: 'CLRG', ClrSys: { Cd: 'TCH' } },
    InstgAgt: member('111111111'),
    ...header,
  };
  return { GrpHdr, CdtTrfTxInf: [first, ...rest] };
}

export function transferText(lines: readonly Line[], header?: Partial<CreditTransfer['GrpHdr']>): string {
  return codec.write({ id: 'pacs.008.001.08', body: { FIToFICstmrCdtTrf: transferOf(lines, header) } });
}

function transactionOf({ id, account, minor, currency = 'USD' }: Line): CreditTransferTransaction {
  return {
    PmtId: { EndToEndId: `E-${id}`, TxId: id },
    IntrBkSttlmAmt: { currency, minor },
    ChrgBr: 'SLEV',
    Dbtr: { Nm: 'MRS. GREEN' },
    DbtrAgt: member('111111111'),
    CdtrAgt: member('222222222'),
    Cdtr: { Nm: 'Zoë' },
    CdtrAcct: { Id: { Othr: { Id: account } } },
    RmtInf: { Ustrd: ['rent for May'] },
  };
}

/** Status and reason of each transaction of a pacs.002, or of its groups. */
export function statusesOf(text: string): (string | undefined)[] {
  const message = codec.parse(text);
  if (message.id !== 'pacs.002.001.10') throw new Error('this is no status report');
  const { OrgnlGrpInfAndSts: groups = [], TxInfAndSts: transactions } = message.body.FIToFIPmtStsRpt;
  const all = transactions ?? groups.map(({ GrpSts, StsRsnInf }) => ({ TxSts: GrpSts, StsRsnInf }));
  return all.map(({ TxSts, StsRsnInf }) => {
    const reason = StsRsnInf?.[0]?.Rsn;
    return reason !== undefined && 'Cd' in reason ? `${TxSts} ${reason.Cd}` : TxSts;
  });
}

export const referenceOf = (id: string) => id.replace('payment_', '');

/** A pacs.002 about a payment of ours. */
export function report(id: string, TxSts: string, more: TransactionStatus = {}): string {
  const status = { OrgnlTxId: referenceOf(id), TxSts, ...more };
  const GrpHdr = { MsgId: `S-${TxSts}`, CreDtTm: '2026-05-01T10:00:00Z' };
  return codec.write({ id: 'pacs.002.001.10', body: { FIToFIPmtStsRpt: { GrpHdr, TxInfAndSts: [status] } } });
}

/** A pacs.004 that brings back money of a payment of ours. */
export function returning(id: string, amount: Amount, rtrId = 'R-1', NbOfTxs = '1'): string {
  const GrpHdr = { MsgId: rtrId, CreDtTm: '2026-05-01T10:00:00Z', NbOfTxs, SttlmInf: { SttlmMtd: 'CLRG' } };
  const RtrRsnInf = [{ Rsn: { Cd: 'CUST' } }];
  const TxInf = [{ RtrId: rtrId, OrgnlTxId: referenceOf(id), RtrdIntrBkSttlmAmt: amount, RtrRsnInf }];
  return codec.write({ id: 'pacs.004.001.09', body: { PmtRtr: { GrpHdr, TxInf } } });
}
