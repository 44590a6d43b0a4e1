// What people said of merchants: a short stream for each, `merchant-<id>`.
import { hash } from 'node:crypto';
import type { BookDate, CallContext, merchantContract, RequestOf } from '@tallystick/contracts';
import { decodeMetadata, decodePayload, type EncodedEvent, encodeNewEvent } from '@tallystick/events';
import { type Journal, NO_STREAM, RevisionConflict } from '@tallystick/journal';
import type { EventMetadata, MerchantCorrected, MerchantId, Micros } from '@tallystick/ledger-core';
import type { Correction, Facts } from './merchant-rows.js';

type CorrectRequest = RequestOf<(typeof merchantContract)['methods']['correct']>;

export interface CorrectionsPorts {
  readonly journal: Journal;
  /** Microseconds since 1970. */
  readonly clock: () => Micros;
  readonly bookDate: BookDate;
}

export type Corrected =
  | { readonly kind: 'corrected'; readonly correction: Correction }
  | { readonly kind: 'rejected'; readonly rejection: 'UnknownMerchant' | 'IdempotencyKeyReused' };

interface Stored {
  readonly event: MerchantCorrected;
  readonly metadata: EventMetadata;
  readonly position: bigint;
  readonly revision: number;
}

const PAGE = 256;
const ATTEMPTS = 8;

export class Corrections {
  constructor(private readonly ports: CorrectionsPorts) {}

  /**
   * @param known what is known of a merchant that nobody corrected; null for one that there is not
   * @throws JournalUnavailable, RevisionConflict where the outcome stays unknown: the same key again gets the true answer
   */
  async correct(request: CorrectRequest, known: () => Promise<Facts | null>, context: CallContext): Promise<Corrected> {
    const { merchantId, caller, key } = request;
    const commandId = `${caller}/${merchantId}/${key}`;
    const contentHash = contentHashOf(request);
    for (let attempt = 1; ; attempt++) {
      const stored = await this.read(merchantId);
      const repeated = stored.find(({ metadata }) => metadata.commandId === commandId);
      if (repeated !== undefined)
        return repeated.metadata.contentHash === contentHash
          ? { kind: 'corrected', correction: correctionOf(repeated.event, repeated.position) }
          : { kind: 'rejected', rejection: 'IdempotencyKeyReused' };
      const newest = stored.at(-1);
      const facts = newest?.event ?? (await known());
      if (facts === null) return { kind: 'rejected', rejection: 'UnknownMerchant' };
      const event = eventOf(request, facts, context.actor);
      const expected = newest?.revision ?? NO_STREAM;
      try {
        const { position } = await this.ports.journal.append(streamOf(merchantId), expected, [
          this.encode(event, commandId, contentHash, newest, context),
        ]);
        return { kind: 'corrected', correction: correctionOf(event, position) };
      } catch (error) {
        if (!(error instanceof RevisionConflict) || attempt === ATTEMPTS) throw error;
      }
    }
  }

  private async read(merchantId: MerchantId): Promise<Stored[]> {
    const stored: Stored[] = [];
    for (;;) {
      const options = { fromRevision: stored.length, limit: PAGE };
      const page = await this.ports.journal.readStream(streamOf(merchantId), options);
      for (const { payload, metadata, position, revision, stream } of page) {
        const event = decodePayload(payload);
        if (event.type !== 'MerchantCorrected') throw new Error(`${stream} holds a ${event.type}`);
        stored.push({ event, metadata: decodeMetadata(metadata), position, revision });
      }
      if (page.length < PAGE) return stored;
    }
  }

  private encode(
    event: MerchantCorrected,
    commandId: string,
    contentHash: string,
    newest: Stored | undefined,
    context: CallContext,
  ): EncodedEvent {
    const now = this.ports.clock();
    const previous = newest?.metadata.recordedAt ?? 0n;
    return encodeNewEvent(event, {
      stream: streamOf(event.merchantId),
      revision: (newest?.revision ?? NO_STREAM) + 1,
      accountId: null,
      commandId,
      contentHash,
      source: 'merchant',
      origin: context,
      effectiveAt: now,
      recordedAt: now > previous ? now : previous,
      localDate: this.ports.bookDate(now),
    });
  }
}

function streamOf(merchantId: MerchantId): string {
  return `merchant-${merchantId}`;
}

/** What the request leaves open stays as it is. */
function eventOf(request: CorrectRequest, facts: Facts, correctedBy: string): MerchantCorrected {
  return {
    type: 'MerchantCorrected',
    merchantId: request.merchantId,
    name: request.name ?? facts.name,
    category: request.category ?? facts.category,
    location: request.location ?? facts.location,
    reason: request.reason,
    correctedBy,
  };
}

function contentHashOf({ name, category, location, reason }: CorrectRequest): string {
  const where =
    location === null
      ? null
      : [
          location.address,
          location.city,
          location.region,
          location.country,
          location.postcode,
          location.latitude,
          location.longitude,
        ];
  return hash('sha256', JSON.stringify([name, category, where, reason]), 'base64url');
}

function correctionOf({ name, category, location }: MerchantCorrected, position: bigint): Correction {
  return { name, category, location, position };
}
