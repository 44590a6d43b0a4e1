// What came back beside what a scenario expects: a sentence for each difference.
import { type Iso8583Message, isSubelements } from '@tallystick/iso8583';
import type { ExpectedBalances, MessageStep, RequestStep } from './scenario.js';
import type { Answer, Balances } from './staff.js';

const ANYTHING = '*';
/** An answer has these as its request had them, whatever else it says. */
const REPEATED = [2, 3, 5, 7, 11, 12, 13, 15, 32, 33, 37, 41, 42, 49, 50, 51, 70, 90] as const;

type ExpectedMessage = Exclude<MessageStep['expect'], 'nothing'>;

/** @param sent its MTI and keys are those that the answer has to repeat */
export function messageDifferences(expected: ExpectedMessage, answer: Iso8583Message, sent: Iso8583Message): string[] {
  const { mti = answeringMti(sent.mti), fields } = expected;
  const found: string[] = [];
  if (answer.mti !== mti) found.push(`MTI: ${mti} expected, got ${answer.mti}`);
  for (const [field, said] of Object.entries(fields)) {
    const got = shown(answer, Number(field));
    const wanted = Array.isArray(said) ? said.join(' ') : said;
    if (wanted === ANYTHING ? got === null : got !== wanted)
      found.push(`DE${field}: ${wanted ?? 'none'} expected, got ${got ?? 'none'}`);
  }
  for (const field of REPEATED) {
    if (fields[String(field)] !== undefined || shown(sent, field) === shown(answer, field)) continue;
    // A number is for the two ends of the link alone, not for a report.
    found.push(
      field === 2 ? "DE2: not the request's" : `DE${field}: ${shown(sent, field)} sent, got ${shown(answer, field)}`,
    );
  }
  return found;
}

export function requestDifferences({ status = 200, body = {} }: RequestStep['expect'], answer: Answer): string[] {
  if (answer.status !== status) return [`HTTP ${status} expected, got ${answer.status} ${JSON.stringify(answer.body)}`];
  return partDifferences('', body, answer.body);
}

export function balanceDifferences(expected: ExpectedBalances, got: Balances): string[] {
  return (['ledger', 'held', 'available'] as const).flatMap((name) =>
    expected[name] === undefined || expected[name] === got[name]
      ? []
      : [`${name}: ${expected[name]} expected, got ${got[name]}`],
  );
}

function answeringMti(mti: string): string {
  return `${mti.slice(0, 2)}${Number(mti[2]) + 1}0`;
}

/** Parts one after the other; null where there is none. */
function shown({ fields }: Iso8583Message, field: number): string | null {
  const value = fields[field];
  if (value === undefined) return null;
  if (isSubelements(value)) return value.map((part) => String(part.value)).join(' ');
  return typeof value === 'string' ? value : Buffer.from(value).toString('hex');
}

/** What is expected must be there; there may be more. */
function partDifferences(path: string, expected: unknown, got: unknown): string[] {
  if (expected === ANYTHING) return got === undefined || got === null ? [`${path}: something expected, got none`] : [];
  if (typeof expected !== 'object' || expected === null)
    return expected === got ? [] : [`${path}: ${JSON.stringify(expected)} expected, got ${JSON.stringify(got)}`];
  return Object.entries(expected).flatMap(([name, part]) =>
    partDifferences(path === '' ? name : `${path}.${name}`, part, partOf(got, name)),
  );
}

function partOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;
}
