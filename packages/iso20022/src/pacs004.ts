// pacs.004.001.09, PaymentReturn: money that comes back though it had arrived.
import { originalTransaction } from './pacs002.js';
import { agent, originalGroup, paymentType, reason, settlement } from './parties.js';
import {
  amount,
  chargeBearer,
  decimalNumber,
  indicator,
  isoDate,
  isoDateTime,
  max15NumericText,
  max35Text,
  priority3,
  uuid,
} from './simple-types.js';
import { many, maybe, once, sequence } from './types.js';

/** GroupHeader90 */
const groupHeader = sequence({
  MsgId: once(max35Text),
  CreDtTm: once(isoDateTime),
  BtchBookg: maybe(indicator),
  NbOfTxs: once(max15NumericText),
  CtrlSum: maybe(decimalNumber),
  GrpRtr: maybe(indicator),
  TtlRtrdIntrBkSttlmAmt: maybe(amount),
  IntrBkSttlmDt: maybe(isoDate),
  SttlmInf: once(settlement),
  PmtTpInf: maybe(paymentType),
  InstgAgt: maybe(agent),
  InstdAgt: maybe(agent),
});

/** OriginalGroupHeader18 */
const originalGroupReturned = sequence({ ...originalGroup.elements, RtrRsnInf: many(reason) });

/** PaymentTransaction112 */
const returned = sequence({
  RtrId: maybe(max35Text),
  OrgnlGrpInf: maybe(originalGroup),
  OrgnlInstrId: maybe(max35Text),
  OrgnlEndToEndId: maybe(max35Text),
  OrgnlTxId: maybe(max35Text),
  OrgnlUETR: maybe(uuid),
  OrgnlClrSysRef: maybe(max35Text),
  OrgnlIntrBkSttlmAmt: maybe(amount),
  OrgnlIntrBkSttlmDt: maybe(isoDate),
  RtrdIntrBkSttlmAmt: once(amount),
  IntrBkSttlmDt: maybe(isoDate),
  SttlmPrty: maybe(priority3),
  RtrdInstdAmt: maybe(amount),
  XchgRate: maybe(decimalNumber),
  CompstnAmt: maybe(amount),
  ChrgBr: maybe(chargeBearer),
  ChrgsInf: many(sequence({ Amt: once(amount), Agt: once(agent) })),
  ClrSysRef: maybe(max35Text),
  InstgAgt: maybe(agent),
  InstdAgt: maybe(agent),
  RtrRsnInf: many(reason),
  OrgnlTxRef: maybe(originalTransaction),
});

export const pacs004 = sequence({
  PmtRtr: once(
    sequence({ GrpHdr: once(groupHeader), OrgnlGrpInf: maybe(originalGroupReturned), TxInf: many(returned) }),
  ),
});
