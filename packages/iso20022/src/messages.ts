import { pacs002 } from './pacs002.js';
import { pacs004 } from './pacs004.js';
import { pacs008 } from './pacs008.js';
import type { SequenceType, ValueOf } from './types.js';

/** The messages that are known, by their identifiers: a version is a message of its own. */
export const messages = { 'pacs.008.001.08': pacs008, 'pacs.002.001.10': pacs002, 'pacs.004.001.09': pacs004 };

/** Message identifier to its table, whose only element is the message's root. */
export type Messages = Readonly<Record<string, SequenceType>>;

export type MessageOf<M extends Messages> = {
  [Id in keyof M & string]: { readonly id: Id; readonly body: ValueOf<M[Id]> };
}[keyof M & string];

export type Message = MessageOf<typeof messages>;
export type CreditTransfer = ValueOf<typeof pacs008>['FIToFICstmrCdtTrf'];
export type CreditTransferTransaction = CreditTransfer['CdtTrfTxInf'][number];
export type StatusReport = ValueOf<typeof pacs002>['FIToFIPmtStsRpt'];
export type TransactionStatus = NonNullable<StatusReport['TxInfAndSts']>[number];
export type PaymentReturn = ValueOf<typeof pacs004>['PmtRtr'];
export type ReturnedTransaction = NonNullable<PaymentReturn['TxInf']>[number];
