// Rows of a card-transaction file, each sent the way a scheme's messages go: an authorisation, then its final clearing, in one append.
// Imported cards have no expiry, limits or blocks. A declined row gets no clearing. A row's identity is (file, row).
import {
  type accountsContract,
  type CallContext,
  type ClientOf,
  type cardProcessingContract,
  type cardsContract,
  type ledgerContract,
  noonOf,
  type RequestOf,
  type ResponseOf,
} from '@tallystick/contracts';
import {
  type AccountCommand,
  AMOUNT_MAX,
  type CardControls,
  type CardLimits,
  type Micros,
  rejections,
} from '@tallystick/ledger-core';

type ImportRequest = RequestOf<(typeof cardProcessingContract)['methods']['importRows']>;
type ImportAnswer = ResponseOf<(typeof cardProcessingContract)['methods']['importRows']>;
type ImportedRow = ImportRequest['rows'][number];
type Place = NonNullable<ResponseOf<(typeof cardsContract)['methods']['resolve']>['place']>;
type ExecuteRequest = RequestOf<(typeof ledgerContract)['methods']['execute']>;
type Outcomes = ResponseOf<(typeof ledgerContract)['methods']['execute']>['outcomes'];

const CALLER = 'import-cards';
const SCHEME = 'import';
/** Each waits for several commits, which they share. */
const CARDS_AT_ONCE = 64;
const NO_LIMITS: CardLimits = {
  perTransaction: null,
  dailyAmount: null,
  monthlyAmount: null,
  dailyCash: null,
  dailyCount: null,
  monthlyCount: null,
};
const ALL_ON: CardControls = { online: true, contactless: true, atm: true, magstripe: true, blockedCategories: [] };

export interface ImportClients {
  readonly ledger: ClientOf<typeof ledgerContract>;
  readonly accounts: ClientOf<typeof accountsContract>;
  readonly cards: ClientOf<typeof cardsContract>;
}

export class RowImporter {
  /** Where each card with its billing currency is, by `token currency`. */
  private readonly places = new Map<string, Place>();

  constructor(private readonly clients: ImportClients) {}

  async importRows({ rows, creditLimit }: ImportRequest, context: CallContext): Promise<ImportAnswer> {
    await this.openPlaces(rows, creditLimit, context);
    const { responses } = await this.clients.ledger.executeAll(
      { requests: rows.map((row) => this.request(row)) },
      context,
    );
    return summary(
      rows,
      responses.map((response) => response.outcomes),
    );
  }

  /**
   * Opens what the rows need that is not known yet. One card's currencies one after the other, since the first has the card's own token;
   * cards side by side: what each comes to follows from its own rows alone.
   */
  private async openPlaces(rows: readonly ImportedRow[], creditLimit: bigint, context: CallContext): Promise<void> {
    const asked = new Set<string>();
    const byToken = new Map<string, ImportedRow[]>();
    for (const row of rows) {
      const key = placeKey(row);
      if (this.places.has(key) || asked.has(key)) continue;
      asked.add(key);
      const firsts = byToken.get(row.token);
      if (firsts === undefined) byToken.set(row.token, [row]);
      else firsts.push(row);
    }
    const cards = [...byToken.values()];
    for (let i = 0; i < cards.length; i += CARDS_AT_ONCE) {
      const opened = await Promise.allSettled(
        cards.slice(i, i + CARDS_AT_ONCE).map((firsts) => this.openCard(firsts, creditLimit, context)),
      );
      const failed = opened.find((result) => result.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
    }
  }

  private async openCard(firsts: readonly ImportedRow[], creditLimit: bigint, context: CallContext): Promise<void> {
    for (const row of firsts) this.places.set(placeKey(row), await this.open(row, creditLimit, context));
  }

  /** The account of a card and its billing currency. A card that is billed in a second currency has a second account, under a token of its own. */
  private async open(row: ImportedRow, creditLimit: bigint, context: CallContext): Promise<Place> {
    for (const token of [row.token, `${row.token}-${row.currency}` as typeof row.token]) {
      const { place } = await this.clients.cards.resolve({ token, cardId: null }, context);
      if (place === null) return this.issue(row, token, creditLimit, context);
      const { found } = await this.clients.ledger.account({ accountId: place.accountId }, context);
      // A token reserved before its account was opened: the same row opens it now.
      if (found === null) return this.issue(row, token, creditLimit, context);
      if (found.currency !== row.currency) continue;
      // An import that ended between reserving the token and issuing the card: the same row issues it now. Any other row is told
      // that the place is taken, and that is as it should be.
      await this.clients.cards.issue(cardOf(row, place.accountId, token), context);
      return place;
    }
    throw new Error(
      `${row.file} row ${row.row}: the card's token for ${row.currency} belongs to an account in another currency`,
    );
  }

  private async issue(
    row: ImportedRow,
    token: ImportedRow['token'],
    creditLimit: bigint,
    context: CallContext,
  ): Promise<Place> {
    const { accountId, outcomes } = await this.clients.accounts.open(
      {
        ...circumstancesOf(row),
        key: `${row.file}:${row.row}:account`,
        owners: [],
        currency: row.currency,
        product: 'imported-card',
        overdraftLimit: creditLimit,
        externalReference: row.reference,
      },
      context,
    );
    mustBeAnswered(outcomes, row, 'account');
    const issued = await this.clients.cards.issue(cardOf(row, accountId, token), context);
    mustBeAnswered(issued.outcomes, row, 'card');
    return { accountId, cardId: issued.cardId };
  }

  private request(row: ImportedRow): ExecuteRequest {
    const place = this.places.get(placeKey(row));
    if (place === undefined) throw new Error(`${row.file} row ${row.row} has no account`);
    const effectiveAt = noonOf(row.date);
    const at = { effectiveAt, localDate: row.date, causedAt: 0n };
    const key = `${row.file}:${row.row}`;
    const commands =
      row.amount < 0n
        ? [{ ...at, key: `${key}:refund`, command: refundOf(row, place, effectiveAt) }]
        : row.amount === 0n
          ? [{ ...at, key: `${key}:inquiry`, command: authorisationOf(row, place) }]
          : [
              { ...at, key: `${key}:authorisation`, command: authorisationOf(row, place) },
              { ...at, key: `${key}:clearing`, command: clearingOf(row, place, effectiveAt) },
            ];
    return { accountId: place.accountId, caller: CALLER, commands };
  }
}

function circumstancesOf(row: ImportedRow) {
  return { caller: CALLER, effectiveAt: noonOf(row.date), localDate: row.date };
}

function cardOf(row: ImportedRow, accountId: Place['accountId'], token: ImportedRow['token']) {
  const key = `${row.file}:${row.row}:card`;
  const card = {
    token,
    masked: row.reference,
    expiry: null,
    holder: null,
    active: true,
    controls: ALL_ON,
    limits: NO_LIMITS,
  };
  return { ...circumstancesOf(row), key, accountId, ...card };
}

function placeKey(row: ImportedRow): string {
  return `${row.token} ${row.currency}`;
}

function mustBeAnswered(outcomes: Outcomes, row: ImportedRow, what: string): void {
  const [outcome] = outcomes;
  if (outcome?.kind !== 'answered')
    throw new Error(`${row.file} row ${row.row}: its ${what} could not be made: ${outcome?.rejection}`);
}

/** The row's own scheme keys: the clearing finds its authorisation by them. */
function keysOf(row: ImportedRow) {
  return { acquirer: SCHEME, stan: row.row, rrn: row.file, transmittedAt: row.date };
}

function authorisationOf(row: ImportedRow, { cardId }: Place): AccountCommand {
  const { amount, currency, local } = row;
  return {
    type: 'AuthoriseCard',
    cardId,
    keys: keysOf(row),
    scheme: SCHEME,
    kind: amount === 0n ? 'STATUS_INQUIRY' : 'PURCHASE',
    channel: 'OTHER',
    amount,
    currency,
    cashAmount: 0n,
    merchant: merchantOf(row),
    local,
    holdFor: null,
    singleMessage: false,
    partialAllowed: false,
    cvc: 'NOT_PRESENT',
    maximum: AMOUNT_MAX,
  };
}

function clearingOf(row: ImportedRow, { cardId }: Place, transactedAt: Micros): AccountCommand {
  const { amount, currency, local } = row;
  return {
    type: 'PostClearing',
    cardId,
    transactionId: null,
    originalKeys: keysOf(row),
    scheme: SCHEME,
    amount,
    currency,
    reconciliation: null,
    merchant: merchantOf(row),
    local,
    transactedAt,
    clearingKey: `${row.file}:${row.row}`,
    sequenceNumber: null,
    sequenceCount: null,
    final: true,
  };
}

function refundOf(row: ImportedRow, { cardId }: Place, transactedAt: Micros): AccountCommand {
  const { amount, currency, local } = row;
  return {
    type: 'PostRefund',
    cardId,
    transactionId: null,
    originalKeys: null,
    scheme: SCHEME,
    amount: -amount,
    currency,
    reconciliation: null,
    merchant: merchantOf(row),
    local,
    transactedAt,
    refundKey: `${row.file}:${row.row}`,
  };
}

function merchantOf(row: ImportedRow) {
  return { descriptor: row.merchant, mcc: null, category: row.category, country: null };
}

function summary(rows: readonly ImportedRow[], all: readonly Outcomes[]): ImportAnswer {
  let accepted = 0;
  const declinedByFile = new Map<string, number>();
  let repeated = 0;
  const refused: { file: string; row: string; code: string; message: string }[] = [];
  rows.forEach((row, i) => {
    const outcomes = all[i] ?? [];
    const rejected = outcomes.find((outcome) => outcome.kind === 'rejected');
    if (rejected?.kind === 'rejected') {
      const { code, message } = rejections[rejected.rejection];
      refused.push({ file: row.file, row: row.row, code, message });
      return;
    }
    const [first] = outcomes;
    if (first?.kind !== 'answered') return;
    if (first.answer.decision === 'declined') declinedByFile.set(row.file, (declinedByFile.get(row.file) ?? 0) + 1);
    else accepted++;
    if (first.repeated) repeated++;
  });
  const counts = [...declinedByFile].map(([file, declined]) => ({ file, declined }));
  const declined = counts.reduce((sum, count) => sum + count.declined, 0);
  return { accepted, declined, declinedByFile: counts, repeated, refused };
}
