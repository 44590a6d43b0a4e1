// What the messages have in common: parties, accounts, agents and how a payment is settled.
import {
  addressType,
  bic,
  clearingChannel,
  countryCode,
  currencyCode,
  externalCode1to3,
  externalCode1to4,
  externalCode1to5,
  externalCode1to35,
  iban,
  isoDate,
  isoDateTime,
  lei,
  max4Text,
  max16Text,
  max34Text,
  max35Text,
  max70Text,
  max105Text,
  max140Text,
  max2048Text,
  priority2,
  settlementMethod,
} from './simple-types.js';
import { choice, many, maybe, once, sequence } from './types.js';

const code4 = choice({ Cd: once(externalCode1to4), Prtry: once(max35Text) });
const genericIdentification = sequence({ Id: once(max35Text), SchmeNm: maybe(code4), Issr: maybe(max35Text) });
const addressTypeChoice = choice({
  Cd: once(addressType),
  Prtry: once(sequence({ Id: once(max4Text), Issr: once(max35Text), SchmeNm: maybe(max35Text) })),
});

/** PostalAddress24 */
const postalAddress = sequence({
  AdrTp: maybe(addressTypeChoice),
  Dept: maybe(max70Text),
  SubDept: maybe(max70Text),
  StrtNm: maybe(max70Text),
  BldgNb: maybe(max16Text),
  BldgNm: maybe(max35Text),
  Flr: maybe(max70Text),
  PstBx: maybe(max16Text),
  Room: maybe(max70Text),
  PstCd: maybe(max16Text),
  TwnNm: maybe(max35Text),
  TwnLctnNm: maybe(max35Text),
  DstrctNm: maybe(max35Text),
  CtrySubDvsn: maybe(max35Text),
  Ctry: maybe(countryCode),
  AdrLine: many(max70Text, 7),
});

const dateAndPlaceOfBirth = sequence({
  BirthDt: once(isoDate),
  PrvcOfBirth: maybe(max35Text),
  CityOfBirth: once(max35Text),
  CtryOfBirth: once(countryCode),
});

/** Party38Choice */
const partyIdentifiers = choice({
  OrgId: once(sequence({ AnyBIC: maybe(bic), LEI: maybe(lei), Othr: many(genericIdentification) })),
  PrvtId: once(sequence({ DtAndPlcOfBirth: maybe(dateAndPlaceOfBirth), Othr: many(genericIdentification) })),
});

/** PartyIdentification135 */
export const party = sequence({
  Nm: maybe(max140Text),
  PstlAdr: maybe(postalAddress),
  Id: maybe(partyIdentifiers),
  CtryOfRes: maybe(countryCode),
});

const accountIdentification = choice({
  IBAN: once(iban),
  Othr: once(sequence({ Id: once(max34Text), SchmeNm: maybe(code4), Issr: maybe(max35Text) })),
});

/** CashAccount38 */
export const account = sequence({
  Id: once(accountIdentification),
  Tp: maybe(code4),
  Ccy: maybe(currencyCode),
  Nm: maybe(max70Text),
  Prxy: maybe(sequence({ Tp: maybe(code4), Id: once(max2048Text) })),
});

const clearingMember = sequence({
  ClrSysId: maybe(choice({ Cd: once(externalCode1to5), Prtry: once(max35Text) })),
  MmbId: once(max35Text),
});

const institution = sequence({
  BICFI: maybe(bic),
  ClrSysMmbId: maybe(clearingMember),
  LEI: maybe(lei),
  Nm: maybe(max140Text),
  PstlAdr: maybe(postalAddress),
  Othr: maybe(genericIdentification),
});

/** BranchAndFinancialInstitutionIdentification6 */
export const agent = sequence({
  FinInstnId: once(institution),
  BrnchId: maybe(
    sequence({ Id: maybe(max35Text), LEI: maybe(lei), Nm: maybe(max140Text), PstlAdr: maybe(postalAddress) }),
  ),
});

/** Party40Choice */
export const partyOrAgent = choice({ Pty: once(party), Agt: once(agent) });

/** SettlementInstruction7 */
export const settlement = sequence({
  SttlmMtd: once(settlementMethod),
  SttlmAcct: maybe(account),
  ClrSys: maybe(choice({ Cd: once(externalCode1to3), Prtry: once(max35Text) })),
  InstgRmbrsmntAgt: maybe(agent),
  InstgRmbrsmntAgtAcct: maybe(account),
  InstdRmbrsmntAgt: maybe(agent),
  InstdRmbrsmntAgtAcct: maybe(account),
  ThrdRmbrsmntAgt: maybe(agent),
  ThrdRmbrsmntAgtAcct: maybe(account),
});

/** PaymentTypeInformation28 */
export const paymentType = sequence({
  InstrPrty: maybe(priority2),
  ClrChanl: maybe(clearingChannel),
  SvcLvl: many(code4),
  LclInstrm: maybe(choice({ Cd: once(externalCode1to35), Prtry: once(max35Text) })),
  CtgyPurp: maybe(code4),
});

export const purpose = code4;

/** StatusReasonInformation12, PaymentReturnReason6 */
export const reason = sequence({
  Orgtr: maybe(party),
  Rsn: maybe(code4),
  AddtlInf: many(max105Text),
});

/** RemittanceInformation16, without the structured kind. */
export const remittance = sequence({ Ustrd: many(max140Text) });

/** OriginalGroupInformation29 */
export const originalGroup = sequence({
  OrgnlMsgId: once(max35Text),
  OrgnlMsgNmId: once(max35Text),
  OrgnlCreDtTm: maybe(isoDateTime),
});
