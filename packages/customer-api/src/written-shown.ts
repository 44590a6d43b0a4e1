// What customers' programs wrote beside transactions, opened at the last moment (customer API, 7.4 and 9).
import type { ResponseOf, transactionsContract } from '@tallystick/contracts';
import type { AccountId, AttachmentId, Micros, TransactionId } from '@tallystick/ledger-core';
import { instantShown } from './instants.js';

/** A transaction with what is sealed beside it. */
export type Annotated = NonNullable<ResponseOf<(typeof transactionsContract)['methods']['get']>['found']>;

/** Opens texts that were sealed under the account's key, in order; `erased` where that was destroyed. */
export type OpenAll = (
  accountId: AccountId,
  sealed: readonly Uint8Array[],
) => Promise<readonly (Readonly<Record<string, string>> | 'erased')[]>;

export interface Written {
  /** Of the asking client. */
  readonly written: Readonly<Record<string, string>>;
  readonly attachments: readonly AttachmentShown[];
}

export interface AttachmentShown {
  readonly id: string;
  readonly user_id: string;
  /** The transaction. */
  readonly external_id: string;
  readonly file_url: string;
  readonly file_type: string;
  readonly created: string;
  readonly url: string;
  readonly type: string;
}

/**
 * Of each transaction, in order. What was erased is not there.
 * @param transactions of this account all of them: its key is asked for once
 */
export async function writtenBeside(
  open: OpenAll,
  accountId: AccountId,
  transactions: readonly Annotated[],
): Promise<Written[]> {
  const sealed = transactions.flatMap(({ written, attachments }) => [
    ...(written === null ? [] : [written]),
    ...attachments.map(({ personal }) => personal),
  ]);
  const texts = sealed.length === 0 ? [] : await open(accountId, sealed);
  let next = 0;
  const opened = () => {
    const text = texts[next++];
    return text === undefined || text === 'erased' ? undefined : text;
  };
  return transactions.map(({ id, written, attachments }) => ({
    written: written === null ? {} : (opened() ?? {}),
    attachments: attachments.flatMap((attachment) => {
      const text = opened();
      const { file_url: fileUrl, file_type: fileType } = text ?? {};
      return fileUrl === undefined || fileType === undefined
        ? []
        : [attachmentShown({ ...attachment, transactionId: id, fileUrl, fileType })];
    }),
  }));
}

export interface Attachment {
  readonly id: AttachmentId;
  readonly userId: string;
  readonly transactionId: TransactionId;
  readonly fileUrl: string;
  readonly fileType: string;
  readonly created: Micros;
}

export function attachmentShown({
  id,
  userId,
  transactionId,
  fileUrl,
  fileType,
  created,
}: Attachment): AttachmentShown {
  return {
    id: String(id),
    user_id: userId,
    external_id: String(transactionId),
    file_url: fileUrl,
    file_type: fileType,
    created: instantShown(created),
    // Some programs know them by these names.
    url: fileUrl,
    type: fileType,
  };
}
