// What the transactions service does for customers' programs that write beside transactions: metadata, attachments and receipts.
// Same caller and key: the same command again.
import { type TSchema, Type } from '@sinclair/typebox';
import type { AttachmentId, ReceiptId, RejectionName } from '@tallystick/ledger-core';
import { method } from './contract.js';
import { accountId, big, orNull, transactionId } from './ledger-commands.js';

/** Whose idempotency key it is, and whose program. */
const writer = { caller: Type.String(), key: Type.String(), clientId: Type.String(), userId: Type.String() };
const receiptId = Type.Unsafe<ReceiptId>(Type.String());
const attachmentId = Type.Unsafe<AttachmentId>(Type.String());
const externalId = Type.String({ minLength: 1, maxLength: 255 });
const rejected = Type.Object({
  kind: Type.Literal('rejected'),
  rejection: Type.Unsafe<RejectionName>(Type.String()),
});
const doneOr = <S extends TSchema>(done: S) => Type.Union([done, rejected]);

export const writing = {
  /** Metadata of one client beside one transaction. */
  annotate: method({
    request: Type.Object({
      accountId,
      transactionId,
      ...writer,
      /** An empty value takes the key away; keys that are not named stay. */
      changes: Type.Array(Type.Object({ key: Type.String(), value: Type.String() }), { maxItems: 1_000 }),
    }),
    response: doneOr(
      Type.Object({
        kind: Type.Literal('annotated'),
        /** All that the client has written there now, as in `get`. */
        written: orNull(Type.Uint8Array()),
        /** Microseconds since 1970: when its last change was recorded; null where there was never one. */
        updated: orNull(big),
        /** Of the newest event; 0 where there is none. */
        position: big,
      }),
    ),
    idempotent: true,
    mutates: true,
  }),
  /** The same file of the same user is put beside a transaction once, however often it is registered. */
  registerAttachment: method({
    request: Type.Object({ accountId, transactionId, ...writer, fileUrl: Type.String(), fileType: Type.String() }),
    response: doneOr(Type.Object({ kind: Type.Literal('registered'), attachmentId, created: big, position: big })),
    idempotent: true,
    mutates: true,
  }),
  deregisterAttachment: method({
    request: Type.Object({ attachmentId, ...writer }),
    response: doneOr(Type.Object({ kind: Type.Literal('deregistered'), position: big })),
    idempotent: true,
    mutates: true,
  }),
  /** Puts it in the place of what the client stored for this user under the same external id. */
  storeReceipt: method({
    request: Type.Object({
      accountId,
      transactionId,
      ...writer,
      externalId,
      /** JSON. */
      receipt: Type.String(),
    }),
    response: doneOr(Type.Object({ kind: Type.Literal('stored'), receiptId, position: big })),
    idempotent: true,
    mutates: true,
  }),
  /** As of the newest stored event. */
  receipt: method({
    request: Type.Object({ clientId: Type.String(), userId: Type.String(), externalId }),
    response: Type.Object({
      found: orNull(
        Type.Object({
          receiptId,
          accountId,
          transactionId,
          /** Text `receipt`, the JSON that was stored, sealed under the account's key. */
          personal: Type.Uint8Array(),
        }),
      ),
    }),
    idempotent: true,
    mutates: false,
  }),
  deleteReceipt: method({
    request: Type.Object({ ...writer, externalId }),
    response: doneOr(Type.Object({ kind: Type.Literal('deleted'), position: big })),
    idempotent: true,
    mutates: true,
  }),
};
