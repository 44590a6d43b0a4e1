// pacs.002.001.10, FIToFIPaymentStatusReport: what became of payments. The schema asks for its header alone.
import {
  account,
  agent,
  originalGroup,
  partyOrAgent,
  paymentType,
  purpose,
  reason,
  remittance,
  settlement,
} from './parties.js';
import {
  amount,
  decimalNumber,
  externalCode1to4,
  isoDate,
  isoDateTime,
  max15NumericText,
  max35Text,
  uuid,
} from './simple-types.js';
import { choice, many, maybe, once, sequence } from './types.js';

/** GroupHeader91 */
const groupHeader = sequence({
  MsgId: once(max35Text),
  CreDtTm: once(isoDateTime),
  InstgAgt: maybe(agent),
  InstdAgt: maybe(agent),
});

/** OriginalGroupHeader17 */
const originalGroupStatus = sequence({
  OrgnlMsgId: once(max35Text),
  OrgnlMsgNmId: once(max35Text),
  OrgnlCreDtTm: maybe(isoDateTime),
  OrgnlNbOfTxs: maybe(max15NumericText),
  OrgnlCtrlSum: maybe(decimalNumber),
  GrpSts: maybe(externalCode1to4),
  StsRsnInf: many(reason),
  NbOfTxsPerSts: many(
    sequence({
      DtldNbOfTxs: once(max15NumericText),
      DtldSts: once(externalCode1to4),
      DtldCtrlSum: maybe(decimalNumber),
    }),
  ),
});

/** OriginalTransactionReference28, without direct debits and their mandates. */
export const originalTransaction = sequence({
  IntrBkSttlmAmt: maybe(amount),
  IntrBkSttlmDt: maybe(isoDate),
  SttlmInf: maybe(settlement),
  PmtTpInf: maybe(paymentType),
  RmtInf: maybe(remittance),
  UltmtDbtr: maybe(partyOrAgent),
  Dbtr: maybe(partyOrAgent),
  DbtrAcct: maybe(account),
  DbtrAgt: maybe(agent),
  DbtrAgtAcct: maybe(account),
  CdtrAgt: maybe(agent),
  CdtrAgtAcct: maybe(account),
  Cdtr: maybe(partyOrAgent),
  CdtrAcct: maybe(account),
  UltmtCdtr: maybe(partyOrAgent),
  Purp: maybe(purpose),
});

/** PaymentTransaction110 */
const transactionStatus = sequence({
  StsId: maybe(max35Text),
  OrgnlGrpInf: maybe(originalGroup),
  OrgnlInstrId: maybe(max35Text),
  OrgnlEndToEndId: maybe(max35Text),
  OrgnlTxId: maybe(max35Text),
  OrgnlUETR: maybe(uuid),
  TxSts: maybe(externalCode1to4),
  StsRsnInf: many(reason),
  ChrgsInf: many(sequence({ Amt: once(amount), Agt: once(agent) })),
  AccptncDtTm: maybe(isoDateTime),
  FctvIntrBkSttlmDt: maybe(choice({ Dt: once(isoDate), DtTm: once(isoDateTime) })),
  AcctSvcrRef: maybe(max35Text),
  ClrSysRef: maybe(max35Text),
  InstgAgt: maybe(agent),
  InstdAgt: maybe(agent),
  OrgnlTxRef: maybe(originalTransaction),
});

export const pacs002 = sequence({
  FIToFIPmtStsRpt: once(
    sequence({
      GrpHdr: once(groupHeader),
      OrgnlGrpInfAndSts: many(originalGroupStatus),
      TxInfAndSts: many(transactionStatus),
    }),
  ),
});
