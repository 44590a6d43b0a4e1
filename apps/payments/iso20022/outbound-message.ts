// The pacs.008 of one payment to another bank. It follows from what was noted of it: told again, it is the same.
import type { CreditTransfer, Message } from '@tallystick/iso20022';
import type { PaymentId } from '@tallystick/ledger-core';
import { TRANSFER } from './inbound-report.js';
import { instant, referenceOf, uetrOf } from './names.js';
import type { OutboundRecord } from './outbound-records.js';

/** Sealed with the payment's event and its record. */
export interface OutboundTexts {
  readonly name: string;
  readonly account: string;
  readonly agent: string;
  /** '' for none. */
  readonly reference: string;
  /** The customer's own number, or the account's id where it has none. */
  readonly debtorAccount: string;
  /** '' where the customer's number is at no code. */
  readonly debtorAgent: string;
}

const IBAN = /^[A-Z]{2}[0-9]{2}[a-zA-Z0-9]{1,30}$/;
const BIC = /^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?$/;
/** As our bank is called where it has no code. */
const OUR_NAME = 'Tallystick';

export function messageOf(paymentId: PaymentId, record: OutboundRecord, texts: OutboundTexts): Message {
  const reference = referenceOf(paymentId);
  const amount = { currency: record.currency, minor: BigInt(record.amount) };
  const us = texts.debtorAgent === '' ? { FinInstnId: { Nm: OUR_NAME } } : agentCalled(texts.debtorAgent);
  const them = agentCalled(texts.agent);
  const transfer: CreditTransfer = {
    GrpHdr: {
      MsgId: reference,
      CreDtTm: instant(BigInt(record.at)),
      NbOfTxs: '1',
      TtlIntrBkSttlmAmt: amount,
      IntrBkSttlmDt: record.localDate,
      SttlmInf: {
        SttlmMtd: 'CLRG',
        ...(record.clearingSystem === null ? {} : { ClrSys: { Cd: record.clearingSystem } }),
      },
      InstgAgt: us,
      InstdAgt: them,
    },
    CdtTrfTxInf: [
      {
        PmtId: { InstrId: reference, EndToEndId: reference, TxId: reference, UETR: uetrOf(paymentId) },
        IntrBkSttlmAmt: amount,
        ChrgBr: 'SLEV',
        // Who owns an account is not known here, and the schema asks for no name.
        Dbtr: {},
        DbtrAcct: accountCalled(texts.debtorAccount),
        DbtrAgt: us,
        CdtrAgt: them,
        Cdtr: { Nm: texts.name },
        CdtrAcct: accountCalled(texts.account),
        ...(texts.reference === '' ? {} : { RmtInf: { Ustrd: [texts.reference] } }),
      },
    ],
  };
  return { id: TRANSFER, body: { FIToFICstmrCdtTrf: transfer } };
}

function agentCalled(name: string) {
  return { FinInstnId: BIC.test(name) ? { BICFI: name } : { ClrSysMmbId: { MmbId: name } } };
}

function accountCalled(name: string) {
  return { Id: IBAN.test(name) ? { IBAN: name } : { Othr: { Id: name } } };
}
