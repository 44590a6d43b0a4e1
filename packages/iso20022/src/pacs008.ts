// pacs.008.001.08, FIToFICustomerCreditTransfer: money for a customer of the bank that gets it.
import { account, agent, party, paymentType, purpose, remittance, settlement } from './parties.js';
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
import { many, maybe, once, sequence, some } from './types.js';

/** GroupHeader93 */
const groupHeader = sequence({
  MsgId: once(max35Text),
  CreDtTm: once(isoDateTime),
  BtchBookg: maybe(indicator),
  NbOfTxs: once(max15NumericText),
  CtrlSum: maybe(decimalNumber),
  TtlIntrBkSttlmAmt: maybe(amount),
  IntrBkSttlmDt: maybe(isoDate),
  SttlmInf: once(settlement),
  PmtTpInf: maybe(paymentType),
  InstgAgt: maybe(agent),
  InstdAgt: maybe(agent),
});

/** PaymentIdentification7 */
const paymentIdentification = sequence({
  InstrId: maybe(max35Text),
  EndToEndId: once(max35Text),
  TxId: maybe(max35Text),
  UETR: maybe(uuid),
  ClrSysRef: maybe(max35Text),
});

const remittanceLocation = sequence({ RmtId: maybe(max35Text) });

/** CreditTransferTransaction39 */
const creditTransfer = sequence({
  PmtId: once(paymentIdentification),
  PmtTpInf: maybe(paymentType),
  IntrBkSttlmAmt: once(amount),
  IntrBkSttlmDt: maybe(isoDate),
  SttlmPrty: maybe(priority3),
  AccptncDtTm: maybe(isoDateTime),
  PoolgAdjstmntDt: maybe(isoDate),
  InstdAmt: maybe(amount),
  XchgRate: maybe(decimalNumber),
  ChrgBr: once(chargeBearer),
  ChrgsInf: many(sequence({ Amt: once(amount), Agt: once(agent) })),
  PrvsInstgAgt1: maybe(agent),
  PrvsInstgAgt1Acct: maybe(account),
  InstgAgt: maybe(agent),
  InstdAgt: maybe(agent),
  IntrmyAgt1: maybe(agent),
  IntrmyAgt1Acct: maybe(account),
  UltmtDbtr: maybe(party),
  InitgPty: maybe(party),
  Dbtr: once(party),
  DbtrAcct: maybe(account),
  DbtrAgt: once(agent),
  DbtrAgtAcct: maybe(account),
  CdtrAgt: once(agent),
  CdtrAgtAcct: maybe(account),
  Cdtr: once(party),
  CdtrAcct: maybe(account),
  UltmtCdtr: maybe(party),
  Purp: maybe(purpose),
  RltdRmtInf: many(remittanceLocation, 10),
  RmtInf: maybe(remittance),
});

export const pacs008 = sequence({
  FIToFICstmrCdtTrf: once(sequence({ GrpHdr: once(groupHeader), CdtTrfTxInf: some(creditTransfer) })),
});
