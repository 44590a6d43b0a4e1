// Files beside transactions. Each has a stream of its own, named after its id.
import { hash } from 'node:crypto';
import type { HandlersOf, transactionsContract } from '@tallystick/contracts';
import { deriveId } from '@tallystick/events';
import type { AccountId, AttachmentId, Micros, TransactionId } from '@tallystick/ledger-core';
import type { Newest, NewestEvents } from './newest-events.js';
import { type Personal, unlessErased } from './personal.js';

type Handlers = HandlersOf<typeof transactionsContract>;
type Registered = Awaited<ReturnType<Handlers['registerAttachment']>>;
type Deregistered = Awaited<ReturnType<Handlers['deregisterAttachment']>>;

export interface AttachmentsPorts {
  readonly streams: NewestEvents;
  readonly personal: Personal;
  /** The transaction's `created` and the ids of its attachments as the view knows them; undefined where the account has no such one. */
  readonly known: (
    accountId: AccountId,
    transactionId: TransactionId,
  ) => Promise<{ readonly created: Micros; readonly attachmentIds: readonly AttachmentId[] } | undefined>;
}

/** By what the view knows: those that are registered at the same moment may be a few more. */
const ATTACHMENTS_MAX = 20;
const ATTACHMENT_ID = /^attach_0000[0-9A-Za-z]{18}$/;

export class Attachments implements Pick<Handlers, 'registerAttachment' | 'deregisterAttachment'> {
  constructor(private readonly ports: AttachmentsPorts) {}

  registerAttachment: Handlers['registerAttachment'] = async (request, context) => {
    const { accountId, transactionId, userId, caller, key, fileUrl, fileType } = request;
    const known = await this.ports.known(accountId, transactionId);
    if (known === undefined) return { kind: 'rejected', rejection: 'UnknownTransaction' };
    return unlessErased<Registered>(async () => {
      const text = { file_url: fileUrl, file_type: fileType };
      // Not under the command's own name: the same file gives the same bytes each time, and so the same attachment.
      const file = `attachment/${transactionId}/${userId}`;
      const personal = await this.ports.personal.seal(accountId, file, text, context);
      // Of the sealed bytes: a hash of the address itself would outlive its erasure.
      const name = `${file}/${hash('sha256', personal, 'base64url')}`;
      const attachmentId = deriveId('attach', known.created, 'attachment', name) as AttachmentId;
      const { attachmentIds } = known;
      if (attachmentIds.length >= ATTACHMENTS_MAX && !attachmentIds.includes(attachmentId))
        return { kind: 'rejected', rejection: 'TooManyAttachments' };
      const commandId = `${caller}/${accountId}/attach-${key}`;
      const change = { stream: streamOf(attachmentId), commandId, source: caller, context };
      return this.ports.streams.change<Registered>(change, async (newest) => {
        if (newest !== undefined && attachmentOf(newest).type === 'AttachmentRegistered') {
          const { recordedAt: created, position } = newest;
          return { answer: { kind: 'registered', attachmentId, created, position } };
        }
        return {
          event: { type: 'AttachmentRegistered', attachmentId, transactionId, userId, personal },
          accountId,
          answered: ({ position, recordedAt: created }) => ({ kind: 'registered', attachmentId, created, position }),
        };
      });
    });
  };

  deregisterAttachment: Handlers['deregisterAttachment'] = async (request, context) => {
    const { attachmentId, userId, caller, key } = request;
    // What is no id of ours names no stream.
    if (!ATTACHMENT_ID.test(attachmentId)) return { kind: 'rejected', rejection: 'UnknownAttachment' };
    const commandId = `${caller}/${attachmentId}/detach-${key}`;
    const change = { stream: streamOf(attachmentId), commandId, source: caller, context };
    return this.ports.streams.change<Deregistered>(change, async (newest) => {
      const event = newest === undefined ? undefined : attachmentOf(newest);
      if (newest === undefined || event?.userId !== userId)
        return { answer: { kind: 'rejected', rejection: 'UnknownAttachment' } };
      if (event.type === 'AttachmentDeregistered')
        return newest.commandId === commandId
          ? { answer: { kind: 'deregistered', position: newest.position } }
          : { answer: { kind: 'rejected', rejection: 'UnknownAttachment' } };
      const { transactionId } = event;
      return {
        event: { type: 'AttachmentDeregistered', attachmentId, transactionId, userId },
        accountId: newest.accountId,
        answered: ({ position }) => ({ kind: 'deregistered', position }),
      };
    });
  };
}

function streamOf(attachmentId: AttachmentId): string {
  return `attachment-${attachmentId}`;
}

function attachmentOf({ event }: Newest) {
  if (event.type === 'AttachmentRegistered' || event.type === 'AttachmentDeregistered') return event;
  throw new Error(`a stream of an attachment holds a ${event.type}`);
}
