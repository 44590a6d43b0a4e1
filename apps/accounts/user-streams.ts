// Customers: a short stream for each, `user-<id>`. Every event carries all of the customer's details, sealed under the customer's own key.
import { hash } from 'node:crypto';
import type { BookDate, CallContext } from '@tallystick/contracts';
import {
  decodeMetadata,
  decodePayload,
  encodeNewEvent,
  eventTypeOf,
  type KeyPort,
  seal,
  unseal,
} from '@tallystick/events';
import { type Journal, NO_STREAM, RevisionConflict } from '@tallystick/journal';
import type { EventMetadata, Micros, RejectionName, UserEvent } from '@tallystick/ledger-core';
import { changed, type DetailChanges, textOf, type UserDetails } from './user-details.js';

export interface UserStreamsPorts {
  readonly journal: Pick<Journal, 'append' | 'readStream'>;
  readonly keys: KeyPort;
  /** Microseconds since 1970. */
  readonly clock: () => Micros;
  readonly bookDate: BookDate;
}

export interface UserCommand {
  readonly userId: string;
  readonly caller: string;
  readonly key: string;
}

export type UserOutcome =
  | { readonly kind: 'recorded'; readonly position: bigint; readonly repeated: boolean }
  | { readonly kind: 'rejected'; readonly rejection: RejectionName };

interface Stored {
  readonly event: UserEvent;
  readonly metadata: EventMetadata;
  readonly position: bigint;
  readonly revision: number;
}

interface NewUserEvent {
  readonly event: UserEvent;
  readonly contentHash: string;
}

/** Decides against what is stored; a refusal is a rejection's name. */
type Decide = (stored: readonly Stored[], key: Uint8Array, commandId: string) => NewUserEvent | RejectionName;

const PAGE = 256;
const ATTEMPTS = 8;
const ERASURE = 'erasure';

export class UserStreams {
  constructor(private readonly ports: UserStreamsPorts) {}

  /** @throws JournalUnavailable, RevisionConflict where the outcome stays unknown: the same key again gets the true answer */
  register(command: UserCommand, details: UserDetails, context: CallContext): Promise<UserOutcome> {
    const { userId } = command;
    return this.write(command, context, (stored, key, commandId) => {
      const personal = seal(key, userId, commandId, textOf(details));
      // Of the sealed bytes: a hash of the text itself would outlive its erasure.
      const contentHash = hashOf(personal);
      const repeated = stored.find(({ metadata }) => metadata.commandId === commandId);
      if (repeated === undefined && stored.length > 0) return 'IdInUse';
      return { event: { type: 'UserRegistered', userId, personal }, contentHash };
    });
  }

  /** @throws as `register` */
  change(command: UserCommand, changes: DetailChanges, context: CallContext): Promise<UserOutcome> {
    const { userId } = command;
    return this.write(command, context, (stored, key, commandId) => {
      const before = personalOf(stored.at(-1));
      if (before === null) return 'UnknownUser';
      const text = unseal(key, userId, before);
      if (text === 'erased') return 'UserErased';
      const personal = seal(key, userId, commandId, changed(text, changes));
      const asked = [...changes].sort((a, b) => (a.field < b.field ? -1 : 1)).map(({ field, value }) => [field, value]);
      // Of what was asked: what comes of it depends on what was there.
      const contentHash = hashOf(seal(key, userId, commandId, { asked: JSON.stringify(asked) }));
      return { event: { type: 'UserDetailsChanged', userId, personal }, contentHash };
    });
  }

  /**
   * Records it. The keys go after that: whoever finds the event destroys them, so that an erasure which was begun is ended, whoever dies.
   * @throws as `register`
   */
  async erase(userId: string, caller: string, context: CallContext): Promise<UserOutcome> {
    for (let attempt = 1; ; attempt++) {
      const stored = await this.read(userId);
      const newest = stored.at(-1);
      if (newest === undefined) return { kind: 'rejected', rejection: 'UnknownUser' };
      if (newest.event.type === 'UserErased') return { kind: 'recorded', position: newest.position, repeated: true };
      const erased: NewUserEvent = { event: { type: 'UserErased', userId }, contentHash: ERASURE };
      const position = await this.append({ userId, caller, key: ERASURE }, erased, newest, context, attempt);
      if (position !== undefined) return { kind: 'recorded', position, repeated: false };
    }
  }

  /** Whether the newest that was recorded of the customer is their erasure. */
  async isErased(userId: string): Promise<boolean> {
    const [newest] = await this.ports.journal.readStream(streamOf(userId), { direction: 'backwards', limit: 1 });
    return newest !== undefined && eventTypeOf(newest.payload) === 'UserErased';
  }

  private async write(command: UserCommand, context: CallContext, decide: Decide): Promise<UserOutcome> {
    const { userId } = command;
    for (let attempt = 1; ; attempt++) {
      const stored = await this.read(userId);
      const key = await this.keyFor(userId, stored);
      if (key === undefined) return { kind: 'rejected', rejection: 'UserErased' };
      const commandId = commandIdOf(command);
      const decided = decide(stored, key, commandId);
      if (typeof decided === 'string') return { kind: 'rejected', rejection: decided };
      const repeated = stored.find(({ metadata }) => metadata.commandId === commandId);
      if (repeated !== undefined)
        return repeated.metadata.contentHash === decided.contentHash
          ? { kind: 'recorded', position: repeated.position, repeated: true }
          : { kind: 'rejected', rejection: 'IdempotencyKeyReused' };
      const position = await this.append(command, decided, stored.at(-1), context, attempt);
      if (position !== undefined) return { kind: 'recorded', position, repeated: false };
    }
  }

  /** Undefined where the customer was erased. */
  private async keyFor(userId: string, stored: readonly Stored[]): Promise<Uint8Array | undefined> {
    if (stored.at(-1)?.event.type === 'UserErased') return undefined;
    return stored.length === 0 ? this.ports.keys.create(userId) : this.ports.keys.keyOf(userId);
  }

  /** Undefined where somebody else was first. @throws RevisionConflict after so many attempts */
  private async append(
    command: UserCommand,
    { event, contentHash }: NewUserEvent,
    newest: Stored | undefined,
    origin: CallContext,
    attempt: number,
  ): Promise<bigint | undefined> {
    const stream = streamOf(command.userId);
    const { journal, clock, bookDate } = this.ports;
    const now = clock();
    const previous = newest?.metadata.recordedAt ?? 0n;
    const expected = newest?.revision ?? NO_STREAM;
    const encoded = encodeNewEvent(event, {
      stream,
      revision: expected + 1,
      accountId: null,
      commandId: commandIdOf(command),
      contentHash,
      source: command.caller,
      origin,
      effectiveAt: now,
      recordedAt: now > previous ? now : previous,
      localDate: bookDate(now),
    });
    try {
      return (await journal.append(stream, expected, [encoded])).position;
    } catch (error) {
      if (!(error instanceof RevisionConflict) || attempt === ATTEMPTS) throw error;
      return undefined;
    }
  }

  private async read(userId: string): Promise<Stored[]> {
    const stored: Stored[] = [];
    for (;;) {
      const page = await this.ports.journal.readStream(streamOf(userId), { fromRevision: stored.length, limit: PAGE });
      for (const { payload, metadata, position, revision } of page) {
        // Nothing else is ever appended to these streams.
        const event = decodePayload(payload) as UserEvent;
        stored.push({ event, metadata: decodeMetadata(metadata), position, revision });
      }
      if (page.length < PAGE) return stored;
    }
  }
}

function streamOf(userId: string): string {
  return `user-${userId}`;
}

function commandIdOf({ caller, userId, key }: UserCommand): string {
  return `${caller}/${userId}/${key}`;
}

function hashOf(sealed: Uint8Array): string {
  return hash('sha256', sealed, 'base64url');
}

function personalOf(stored: Stored | undefined): Uint8Array | null {
  return stored === undefined || stored.event.type === 'UserErased' ? null : stored.event.personal;
}
