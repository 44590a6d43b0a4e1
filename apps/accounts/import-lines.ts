// Another bank's statement lines: each reference with its currency is an account, opened at its first line.
import {
  type accountsContract,
  type CallContext,
  type ClientOf,
  type HandlersOf,
  holdsCardNumber,
  type ledgerContract,
  maskCardNumbersIn,
  noonOf,
  type RequestOf,
  type ResponseOf,
} from '@tallystick/contracts';
import { type AccountId, rejections } from '@tallystick/ledger-core';
import type { Records } from '@tallystick/views';

type Methods = (typeof accountsContract)['methods'];
type Line = RequestOf<Methods['importLines']>['lines'][number];
type Answer = ResponseOf<Methods['importLines']>;
type Outcomes = ResponseOf<(typeof ledgerContract)['methods']['execute']>['outcomes'];

const CALLER = 'import-journal';
const BY_REFERENCE = 'accounts-by-reference';

interface KnownReference {
  readonly accountId: AccountId;
  /** May be shown. */
  readonly reference: string;
}

export class LineImporter {
  private readonly known = new Map<string, KnownReference>();

  constructor(
    private readonly ledger: ClientOf<typeof ledgerContract>,
    private readonly records: Records,
    private readonly open: HandlersOf<typeof accountsContract>['open'],
    /** A keyed token and what may be shown of a reference that could be a card number. */
    private readonly disguise: (
      reference: string,
      context: CallContext,
    ) => Promise<{ readonly token: string; readonly reference: string }>,
  ) {}

  async importLines(lines: readonly Line[], context: CallContext): Promise<Answer> {
    const requests = [];
    for (const stated of lines) {
      const line = { ...stated, id: await this.storable(stated.id, context) };
      const { accountId } = await this.accountOf(line, context);
      const command = {
        type: 'PostStatementLine' as const,
        lineId: line.id,
        amount: line.amount,
        currency: line.currency,
        description: line.description,
        statedBalance: line.statedBalance,
      };
      const at = { key: `line:${line.id}`, effectiveAt: noonOf(line.date), localDate: line.date, causedAt: 0n };
      requests.push({ accountId, caller: CALLER, commands: [{ ...at, command }] });
    }
    const { responses } = await this.ledger.executeAll({ requests }, context);
    return this.summary(
      lines,
      responses.map((response) => response.outcomes),
    );
  }

  private summary(lines: readonly Line[], all: readonly Outcomes[]): Answer {
    let repeated = 0;
    const differences: { id: string; account: string; stated: bigint; ours: bigint; currency: Line['currency'] }[] = [];
    const refused: { id: string; code: string; message: string }[] = [];
    lines.forEach((line, i) => {
      const [outcome] = all[i] ?? [];
      if (outcome === undefined) return;
      if (outcome.kind === 'rejected') {
        const { code, message } = rejections[outcome.rejection];
        refused.push({ id: maskCardNumbersIn(line.id), code, message });
        return;
      }
      if (outcome.repeated) repeated++;
      const ours = outcome.answer.balances?.ledger;
      if (line.statedBalance !== null && ours !== undefined && ours !== line.statedBalance) {
        differences.push({
          id: maskCardNumbersIn(line.id),
          account: this.known.get(nameOf(line))?.reference ?? '',
          stated: line.statedBalance,
          ours,
          currency: line.currency,
        });
      }
    });
    return { repeated, differences, refused };
  }

  private async accountOf(line: Line, context: CallContext): Promise<KnownReference> {
    const known = this.known.get(nameOf(line));
    if (known !== undefined) return known;
    const { token, reference } = await this.disguise(line.account, context);
    const key = `${token} ${line.currency}`;
    const opening = await this.firstOpening(key, line);
    // Again at every start: the one before may have ended between keeping the opening and doing it.
    const { accountId } = await this.open(
      {
        caller: CALLER,
        ...opening,
        owners: [],
        currency: line.currency,
        product: 'imported-account',
        overdraftLimit: 0n,
        externalReference: reference,
      },
      context,
    );
    const place = { accountId, reference };
    this.known.set(nameOf(line), place);
    return place;
  }

  /** What the account of a reference is opened with, whichever line comes first later. */
  private async firstOpening(reference: string, line: Line): Promise<Opening> {
    const wanted = `${noonOf(line.date)} ${line.date} line:${line.id}:account`;
    await this.records.insertIfAbsent(BY_REFERENCE, reference, Buffer.from(wanted));
    const found = await this.records.get(BY_REFERENCE, reference);
    if (found === undefined) throw new Error('a reference that was reserved has no account');
    const [effectiveAt = '', localDate = '', ...key] = Buffer.from(found.value).toString().split(' ');
    return { effectiveAt: BigInt(effectiveAt), localDate: localDate as Line['date'], key: key.join(' ') };
  }

  /** An id is stored: one that holds a card number is replaced by its keyed token. */
  private async storable(id: string, context: CallContext): Promise<string> {
    return holdsCardNumber(id) ? (await this.disguise(id, context)).token : id;
  }
}

interface Opening {
  readonly key: string;
  readonly effectiveAt: bigint;
  readonly localDate: Line['date'];
}

function nameOf(line: Line): string {
  return `${line.account} ${line.currency}`;
}
