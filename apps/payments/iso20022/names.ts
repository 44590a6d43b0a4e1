// How messages, banks and customers' accounts are named in messages, and what we make of these names.
import { hash } from 'node:crypto';
import { lettersOf } from '@tallystick/events';
import type { CreditTransferTransaction } from '@tallystick/iso20022';
import type { Micros, PaymentId } from '@tallystick/ledger-core';

type Agent = CreditTransferTransaction['CdtrAgt'];
type Account = NonNullable<CreditTransferTransaction['CdtrAcct']>;

const PAYMENT = 'payment_';

export function agentName({ FinInstnId: { ClrSysMmbId, BICFI, LEI, Othr, Nm } }: Agent): string | undefined {
  return ClrSysMmbId?.MmbId ?? BICFI ?? LEI ?? Othr?.Id ?? Nm;
}

export function accountName({ Id }: Account): string {
  return 'IBAN' in Id ? Id.IBAN : Id.Othr.Id;
}

/** A payment to another bank; the same command gives the same payment. */
export function paymentIdOf(commandId: string): PaymentId {
  return `${PAYMENT}${lettersOf(`payment/${commandId}`)}` as PaymentId;
}

/** The payment by which the money of another comes back: there is one at most. */
export function returnIdOf(paymentId: PaymentId): PaymentId {
  return `${PAYMENT}${lettersOf(`return/${paymentId}`)}` as PaymentId;
}

/** By what a payment goes in all messages about it; at most 35 characters. */
export function referenceOf(paymentId: PaymentId): string {
  return paymentId.slice(PAYMENT.length);
}

/** Of any reference; whether there is such a payment is another question. */
export function paymentOfReference(reference: string): PaymentId {
  return `${PAYMENT}${reference}` as PaymentId;
}

/** UUID of version 4 by its form; it follows from the payment, so that a retry sends the same. */
export function uetrOf(paymentId: PaymentId): string {
  const hex = hash('sha256', `uetr/${paymentId}`);
  const variant = '89ab'.charAt(Number.parseInt(hex.charAt(16), 16) % 4);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20, 32),
  ].join('-');
}

export function instant(at: Micros): string {
  return new Date(Number(at / 1000n)).toISOString();
}

type Given<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

/** Those fields that have a value: a message has no empty ones. */
export function given<T extends object>(fields: T): Given<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<T>;
}
