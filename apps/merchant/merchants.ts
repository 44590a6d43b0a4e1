// What the merchant service answers: the catalogue, and on top of it what people corrected.
import type { CallContext, HandlersOf, merchantContract, ResponseOf } from '@tallystick/contracts';
import { JournalUnavailable, RevisionConflict } from '@tallystick/journal';
import type { MerchantId } from '@tallystick/ledger-core';
import { CallFailed } from '@tallystick/transport';
import type { Freshness, ViewReader } from '@tallystick/views';
import type { Catalogue } from './catalogue.js';
import { Corrections, type CorrectionsPorts } from './corrections.js';
import {
  type Correction,
  type Facts,
  readEnrichment,
  readMerchant,
  readPlaces,
  type StoredEnrichment,
} from './merchant-rows.js';

type Handlers = HandlersOf<typeof merchantContract>;
type Match = ResponseOf<(typeof merchantContract)['methods']['resolve']>['matches'][number];

export interface MerchantsPorts extends CorrectionsPorts {
  readonly catalogue: Catalogue;
  readonly views: ViewReader;
  readonly freshness: Freshness;
}

const CORRECTIONS_REMEMBERED = 50_000;

export class Merchants implements Handlers {
  private readonly corrections: Corrections;
  /** Null for merchants that nobody corrected. Holds what the views said once they had passed `rememberedAt`. */
  private readonly remembered = new Map<MerchantId, Correction | null>();
  private rememberedAt = 0n;

  constructor(private readonly ports: MerchantsPorts) {
    this.corrections = new Corrections(ports);
  }

  resolve: Handlers['resolve'] = async ({ minPosition, descriptors }, context) => {
    await this.passed(minPosition, context);
    const { catalogue } = this.ports;
    const found = descriptors.map((descriptor) => catalogue.match(descriptor));
    const corrections = await this.correctionsOf(new Set(found.map(({ merchantId }) => merchantId)));
    const matches = found.map(({ evidence, rule, ...match }): Match => {
      const plain = { ...match, rule: ruleText(rule, evidence), catalogue: catalogue.version, correction: null };
      return withCorrection(plain, match.merchantId === null ? null : (corrections.get(match.merchantId) ?? null));
    });
    return { matches };
  };

  enrichmentsOf: Handlers['enrichmentsOf'] = async ({ minPosition, transactions }, context) => {
    const { views, freshness } = this.ports;
    if (minPosition > 0n) await freshness.waitUntil(minPosition, context.signal);
    const found = await Promise.all(transactions.map((place) => readEnrichment(views, place)));
    const enrichments = found.map((row) => {
      if (row === null) return null;
      const { merchantId, category, descriptor } = row;
      return { merchantId, category, descriptor };
    });
    return { enrichments };
  };

  transactionsOf: Handlers['transactionsOf'] = async ({ merchantId, minPosition, after, limit }, context) => {
    const { views, freshness } = this.ports;
    if (minPosition > 0n) await freshness.waitUntil(minPosition, context.signal);
    const { correction } = await readMerchant(views, merchantId);
    const { places, next } = await readPlaces(views, merchantId, after, limit);
    const rows = await Promise.all(places.map((place) => readEnrichment(views, place)));
    const theirs = rows.filter((row) => row !== null && row.merchantId === merchantId);
    return { transactions: theirs.flatMap((row) => (row === null ? [] : [transactionOf(row, correction)])), next };
  };

  get: Handlers['get'] = async ({ merchantId, minPosition }, context) => {
    if (minPosition > 0n) await this.ports.freshness.waitUntil(minPosition, context.signal);
    const { correction, seen } = await readMerchant(this.ports.views, merchantId);
    const facts = correction ?? this.registered(merchantId) ?? seen;
    if (facts === null) return { found: null };
    const { name, category, location } = facts;
    return { found: { merchantId, name, category, location, correction: correction?.position ?? null } };
  };

  correct: Handlers['correct'] = async (request, context) => {
    const { merchantId } = request;
    const known = async () => this.registered(merchantId) ?? (await this.seen(merchantId, context));
    const corrected = await this.corrections.correct(request, known, context).catch((error: unknown) => {
      throw isOperational(error) ? unavailable(error) : error;
    });
    if (corrected.kind === 'rejected') return corrected;
    const { position, ...facts } = corrected.correction;
    return { kind: 'corrected', merchant: { merchantId, ...facts, correction: position }, position };
  };

  /** By the name of its newest transaction. That nobody has seen it is only said by views that have seen all there is. */
  private async seen(merchantId: MerchantId, context: CallContext): Promise<Facts | null> {
    const { views, freshness, journal } = this.ports;
    const { seen } = await readMerchant(views, merchantId);
    if (seen !== null) return seen;
    await freshness.waitUntil(await journal.head(), context.signal);
    return (await readMerchant(views, merchantId)).seen;
  }

  private registered(merchantId: MerchantId): Facts | null {
    const brand = this.ports.catalogue.brand(merchantId);
    return brand === undefined ? null : { name: brand.name, category: brand.category, location: null };
  }

  /** Waits for the views, and forgets what was read of them before. */
  private async passed(position: bigint, context: CallContext): Promise<void> {
    if (position <= this.rememberedAt) return;
    await this.ports.freshness.waitUntil(position, context.signal);
    if (position <= this.rememberedAt) return;
    this.rememberedAt = position;
    this.remembered.clear();
  }

  private async correctionsOf(ids: ReadonlySet<MerchantId | null>): Promise<Map<MerchantId, Correction | null>> {
    const corrections = new Map<MerchantId, Correction | null>();
    const at = this.rememberedAt;
    const missing: MerchantId[] = [];
    for (const id of ids) {
      if (id === null) continue;
      const known = this.remembered.get(id);
      if (known === undefined) missing.push(id);
      else corrections.set(id, known);
    }
    if (this.remembered.size + missing.length > CORRECTIONS_REMEMBERED) this.remembered.clear();
    const read = await Promise.all(missing.map((id) => readMerchant(this.ports.views, id)));
    for (const [i, id] of missing.entries()) {
      const correction = read[i]?.correction ?? null;
      corrections.set(id, correction);
      // Another call may have gone on to a later position while this one read.
      if (this.rememberedAt === at) this.remembered.set(id, correction);
    }
    return corrections;
  }
}

const CATEGORY_SAID_BY = '; category ';

function ruleText(rule: string, evidence: string): string {
  return rule + CATEGORY_SAID_BY + evidence;
}

function withCorrection(match: Match, correction: Correction | null): Match {
  if (correction === null) return match;
  const { name, category, location, position } = correction;
  const at = match.rule.indexOf(CATEGORY_SAID_BY);
  const rule = ruleText(at < 0 ? match.rule : match.rule.slice(0, at), 'correction');
  return { ...match, name, category, location: location ?? match.location, correction: position, rule };
}

function transactionOf(row: StoredEnrichment, correction: Correction | null) {
  const { accountId, transactionId, originalTransactionId, ...match } = row;
  const applied = match.correction;
  return { accountId, transactionId, originalTransactionId, applied, match: withCorrection(match, correction) };
}

function isOperational(error: unknown): error is JournalUnavailable | RevisionConflict {
  return error instanceof JournalUnavailable || error instanceof RevisionConflict;
}

function unavailable(cause: Error): CallFailed {
  return new CallFailed({ code: 'unavailable', message: 'the journal does not answer now', retryable: true }, cause);
}
