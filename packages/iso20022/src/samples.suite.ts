// Messages for specs, made up.
import type { CreditTransfer, Message, PaymentReturn, StatusReport } from './index.js';

const member = (id: string) => ({ FinInstnId: { ClrSysMmbId: { MmbId: id } } });

export const creditTransfer: CreditTransfer = {
  GrpHdr: {
    MsgId: 'M-1',
    CreDtTm: '2026-05-01T10:00:00Z',
    NbOfTxs: '2',
    CtrlSum: '30.06',
    TtlIntrBkSttlmAmt: { currency: 'USD', minor: 3006n },
    SttlmInf: { SttlmMtd: 'CLRG', ClrSys: { Cd: 'TCH' } },
    InstgAgt: member('111111111'),
  },
  CdtTrfTxInf: [
    {
      PmtId: { EndToEndId: 'E-1', TxId: 'T-1' },
      IntrBkSttlmAmt: { currency: 'USD', minor: 1001n },
      ChrgBr: 'SLEV',
      Dbtr: { Nm: 'A & B <sons>' },
      DbtrAgt: member('111111111'),
      CdtrAgt: member('222222222'),
      Cdtr: { Nm: 'C', PstlAdr: { AdrLine: ['1 High Street', 'Town'] } },
      CdtrAcct: { Id: { Othr: { Id: '12345678' } } },
      RmtInf: { Ustrd: ['for lunch'] },
    },
    {
      PmtId: { EndToEndId: 'E-2', TxId: 'T-2' },
      IntrBkSttlmAmt: { currency: 'USD', minor: 2005n },
      ChrgBr: 'SLEV',
      Dbtr: {},
      DbtrAgt: member('111111111'),
      CdtrAgt: member('222222222'),
      Cdtr: {},
      CdtrAcct: { Id: { IBAN: 'GB33BUKB20201555555555' } },
    },
  ],
};

export const statusReport: StatusReport = {
  GrpHdr: { MsgId: 'S-1', CreDtTm: '2026-05-01T10:00:01+01:00' },
  OrgnlGrpInfAndSts: [{ OrgnlMsgId: 'M-1', OrgnlMsgNmId: 'pacs.008.001.08' }],
  TxInfAndSts: [
    { OrgnlTxId: 'T-1', TxSts: 'RJCT', StsRsnInf: [{ Rsn: { Cd: 'AC01' }, AddtlInf: ['no such account'] }] },
  ],
};

export const paymentReturn: PaymentReturn = {
  GrpHdr: { MsgId: 'R-1', CreDtTm: '2026-05-01T10:00:02', NbOfTxs: '1', SttlmInf: { SttlmMtd: 'CLRG' } },
  TxInf: [
    {
      RtrId: 'RT-1',
      OrgnlTxId: 'T-1',
      RtrdIntrBkSttlmAmt: { currency: 'JPY', minor: 1001n },
      RtrRsnInf: [{ Rsn: { Cd: 'CUST' } }],
    },
  ],
};

export const samples: readonly Message[] = [
  { id: 'pacs.008.001.08', body: { FIToFICstmrCdtTrf: creditTransfer } },
  { id: 'pacs.002.001.10', body: { FIToFIPmtStsRpt: statusReport } },
  { id: 'pacs.004.001.09', body: { PmtRtr: paymentReturn } },
];
