// pacs.002 for a pacs.008: what became of each of its transactions. It follows from the message and the outcomes alone.
import { lettersOf } from '@tallystick/events';
import type { CreditTransfer, CreditTransferTransaction, StatusReport, TransactionStatus } from '@tallystick/iso20022';
import type { Micros } from '@tallystick/ledger-core';
import { given, instant } from './names.js';

export const TRANSFER = 'pacs.008.001.08';
/** Settled: the creditor has the money. */
export const SETTLED = 'ACSC';
const REJECTED = 'RJCT';

export interface InboundMessage {
  /** Names the message in records and in what is derived from it. */
  readonly key: string;
  /** When it first came. */
  readonly at: Micros;
  readonly transfer: CreditTransfer;
}

/** @param outcomes by transaction: ACSC, or the reason for which it was rejected */
export function reportOf(message: InboundMessage, outcomes: readonly string[]): StatusReport {
  const TxInfAndSts = message.transfer.CdtTrfTxInf.map((transaction, index) =>
    statusOf(transaction, outcomes[index] ?? '', instant(message.at)),
  );
  return { ...headOf(message), TxInfAndSts };
}

/** Where nothing of the message was taken. */
export function refusalOf(message: InboundMessage, reason: string): StatusReport {
  const { GrpHdr, OrgnlGrpInfAndSts } = headOf(message);
  const StsRsnInf = [{ Rsn: { Cd: reason } }];
  return { GrpHdr, OrgnlGrpInfAndSts: OrgnlGrpInfAndSts.map((group) => ({ ...group, GrpSts: REJECTED, StsRsnInf })) };
}

function headOf({ key, at, transfer: { GrpHdr } }: InboundMessage) {
  const original = { OrgnlMsgId: GrpHdr.MsgId, OrgnlMsgNmId: TRANSFER, OrgnlCreDtTm: GrpHdr.CreDtTm };
  return {
    GrpHdr: {
      MsgId: `S${lettersOf(`status/${key}`)}`,
      CreDtTm: instant(at),
      ...given({ InstgAgt: GrpHdr.InstdAgt, InstdAgt: GrpHdr.InstgAgt }),
    },
    OrgnlGrpInfAndSts: [{ ...original, OrgnlNbOfTxs: GrpHdr.NbOfTxs }],
  };
}

function statusOf(transaction: CreditTransferTransaction, outcome: string, at: string): TransactionStatus {
  const { PmtId, IntrBkSttlmAmt, IntrBkSttlmDt, InstgAgt, InstdAgt, DbtrAgt, CdtrAgt } = transaction;
  const settled = outcome === SETTLED;
  return {
    ...given({ OrgnlInstrId: PmtId.InstrId }),
    OrgnlEndToEndId: PmtId.EndToEndId,
    ...given({ OrgnlTxId: PmtId.TxId, OrgnlUETR: PmtId.UETR }),
    TxSts: settled ? SETTLED : REJECTED,
    ...(settled ? { AccptncDtTm: at } : { StsRsnInf: [{ Rsn: { Cd: outcome } }] }),
    ...given({ ClrSysRef: PmtId.ClrSysRef }),
    InstgAgt: InstdAgt ?? CdtrAgt,
    InstdAgt: InstgAgt ?? DbtrAgt,
    OrgnlTxRef: { IntrBkSttlmAmt, ...given({ IntrBkSttlmDt }) },
  };
}
