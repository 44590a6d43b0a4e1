// Another bank's statement lines: each reference with its currency is an account, opened at its first line.
import type {
  accountsContract,
  CallContext,
  ClientOf,
  HandlersOf,
  ledgerContract,
  RequestOf,
  ResponseOf,
} from '@tallystick/contracts';
import { type AccountId, rejections } from '@tallystick/ledger-core';
import type { Records } from '@tallystick/views';
import { accountIdOf } from './account-id.js';

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
    for (const line of lines) {
      const { accountId } = await this.accountOf(line, context);
      const command = {
        type: 'PostStatementLine' as const,
        lineId: line.id,
        amount: line.amount,
        currency: line.currency,
        description: line.description,
        statedBalance: line.statedBalance,
      };
      const at = { key: `line:${line.id}`, effectiveAt: noonOf(line), localDate: line.date, causedAt: 0n };
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
        refused.push({ id: line.id, code, message });
        return;
      }
      if (outcome.repeated) repeated++;
      const ours = outcome.answer.balances?.ledger;
      if (line.statedBalance !== null && ours !== undefined && ours !== line.statedBalance) {
        differences.push({
          id: line.id,
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
    const at = { caller: CALLER, key: `line:${line.id}:account`, effectiveAt: noonOf(line), localDate: line.date };
    const wanted = accountIdOf(at.caller, at.key, at.effectiveAt);
    await this.records.insertIfAbsent(BY_REFERENCE, key, Buffer.from(wanted));
    const found = await this.records.get(BY_REFERENCE, key);
    if (found === undefined) throw new Error('a reference that was reserved has no account');
    const accountId = Buffer.from(found.value).toString() as AccountId;
    if (accountId === wanted) {
      await this.open(
        {
          ...at,
          owners: [],
          currency: line.currency,
          product: 'imported-account',
          overdraftLimit: 0n,
          externalReference: reference,
        },
        context,
      );
    }
    const place = { accountId, reference };
    this.known.set(nameOf(line), place);
    return place;
  }
}

function nameOf(line: Line): string {
  return `${line.account} ${line.currency}`;
}

function noonOf(line: Line): bigint {
  return BigInt(Date.parse(`${line.date}T12:00:00Z`)) * 1000n;
}
