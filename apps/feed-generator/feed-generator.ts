// Items that somebody else than the bank puts into a feed.
import { hash } from 'node:crypto';
import type {
  BookDate,
  CallContext,
  ClientOf,
  feedGeneratorContract,
  HandlersOf,
  ledgerContract,
  RequestOf,
  ResponseOf,
} from '@tallystick/contracts';
import { decodeMetadata, decodePayload, deriveId, encodeNewEvent, lettersOf, saysErased } from '@tallystick/events';
import { type Journal, JournalUnavailable, NO_STREAM, RevisionConflict } from '@tallystick/journal';
import type { AccountId, FeedItemId, FeedItemPosted, Micros } from '@tallystick/ledger-core';
import { CallFailed } from '@tallystick/transport';

type Handlers = HandlersOf<typeof feedGeneratorContract>;
type Post = (typeof feedGeneratorContract)['methods']['post'];
type Posted = ResponseOf<Post>;

/**
 * Seals text of a customer (architecture, rule 13). The same account, command and text give the same bytes, so that a repeat is known
 * by them.
 * @throws EncodingError `no_key` where the customer was erased
 */
export type SealPersonal = (
  accountId: AccountId,
  commandId: string,
  text: Readonly<Record<string, string>>,
  context: CallContext,
) => Promise<Uint8Array>;

export interface FeedGeneratorPorts {
  readonly journal: Pick<Journal, 'append' | 'readStream'>;
  readonly ledger: ClientOf<typeof ledgerContract>;
  /** Microseconds since 1970. */
  readonly clock: () => Micros;
  readonly bookDate: BookDate;
  readonly seal: SealPersonal;
}

const KIND = 'basic';
const ACCOUNTS_REMEMBERED = 100_000;

export class FeedGenerator implements Handlers {
  /** Accounts that exist: they never cease to. */
  private readonly known = new Set<AccountId>();

  constructor(private readonly ports: FeedGeneratorPorts) {}

  /**
   * Each item has a stream of its own, named after its idempotency key: the expected revision is all the idempotency there is, however
   * many items the account has. Their order in the feed is the journal's.
   */
  post: Handlers['post'] = async (request, context) => {
    const { accountId, caller, key } = request;
    if (!(await this.isKnown(accountId, context))) return { kind: 'rejected', rejection: 'UnknownAccount' };
    const commandId = `${caller}/${accountId}/${key}`;
    const personal = await this.sealed(request, commandId, context);
    if (personal === undefined) return { kind: 'rejected', rejection: 'CustomerErased' };
    // Of the sealed bytes: a hash of the text itself would outlive its erasure.
    const contentHash = hash('sha256', personal, 'base64url');
    const stream = `feed-${accountId}-${lettersOf(commandId)}`;
    try {
      const posting = { accountId, caller, commandId, personal, contentHash };
      return (await this.append(stream, posting, context)) ?? (await this.before(stream, contentHash));
    } catch (error) {
      if (!(error instanceof JournalUnavailable)) throw error;
      throw new CallFailed({ code: 'unavailable', message: 'the journal does not answer now', retryable: true }, error);
    }
  };

  /** Undefined where the customer was erased. */
  private async sealed(request: RequestOf<Post>, commandId: string, context: CallContext) {
    try {
      return await this.ports.seal(request.accountId, commandId, textOf(request), context);
    } catch (error) {
      if (saysErased(error)) return undefined;
      throw error;
    }
  }

  /** Undefined where the key was used before. */
  private async append(stream: string, posting: Posting, context: CallContext): Promise<Posted | undefined> {
    const { accountId, caller, commandId, personal, contentHash } = posting;
    const now = this.ports.clock();
    const itemId = deriveId('item', now, 'item', commandId) as FeedItemId;
    const event: FeedItemPosted = { type: 'FeedItemPosted', itemId, kind: KIND, personal };
    const encoded = encodeNewEvent(event, {
      stream,
      revision: 0,
      accountId,
      commandId,
      contentHash,
      source: caller,
      origin: context,
      effectiveAt: now,
      recordedAt: now,
      localDate: this.ports.bookDate(now),
    });
    try {
      const { position } = await this.ports.journal.append(stream, NO_STREAM, [encoded]);
      return { kind: 'posted', itemId, position };
    } catch (error) {
      if (error instanceof RevisionConflict) return undefined;
      throw error;
    }
  }

  /** What was posted under this key. */
  private async before(stream: string, contentHash: string): Promise<Posted> {
    const [stored] = await this.ports.journal.readStream(stream, { limit: 1 });
    if (stored === undefined) throw new Error(`${stream}: a conflict, and yet no event`);
    const event = decodePayload(stored.payload);
    if (event.type !== 'FeedItemPosted') throw new Error(`${stream} holds a ${event.type}`);
    return decodeMetadata(stored.metadata).contentHash === contentHash
      ? { kind: 'posted', itemId: event.itemId, position: stored.position }
      : { kind: 'rejected', rejection: 'IdempotencyKeyReused' };
  }

  private async isKnown(accountId: AccountId, context: CallContext): Promise<boolean> {
    if (this.known.has(accountId)) return true;
    if ((await this.ports.ledger.account({ accountId }, context)).found === null) return false;
    if (this.known.size >= ACCOUNTS_REMEMBERED) this.known.clear();
    this.known.add(accountId);
    return true;
  }
}

interface Posting {
  readonly accountId: AccountId;
  readonly caller: string;
  readonly commandId: string;
  readonly personal: Uint8Array;
  readonly contentHash: string;
}

/** What was not given is not sealed. */
function textOf({ item }: RequestOf<Post>): Record<string, string> {
  const text: Record<string, string> = {};
  for (const [name, value] of Object.entries(item)) if (value !== null) text[name] = value;
  return text;
}
