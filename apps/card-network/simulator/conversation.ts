// What a story says to the bank about one card: each sentence is sent until it is answered, believed and noted.
import type { Iso8583Message } from '@tallystick/iso8583';
import type { BankHttp } from './bank-http.js';
import type { PaymentBelief, TransactionBelief } from './belief.js';
import type { Card } from './cards.js';
import type { ClearingHouse } from './clearing-house.js';
import type { ClearingLine, LineOutcome, Money } from './clearing-lines.js';
import type { Links } from './links.js';
import { approvedAmount, keysOf, type Messages, reversalOf, textOf, type Use } from './messages.js';
import { localOf, type Plan } from './plan.js';
import type { Tally } from './tally.js';

export interface Stage {
  readonly links: Links;
  readonly messages: Messages;
  readonly house: ClearingHouse;
  readonly bank: BankHttp;
  readonly tally: Tally;
}

/** An authorisation as it was sent, and how much of it was approved. */
export interface Granted {
  readonly message: Iso8583Message;
  readonly amount: bigint;
}

export interface Held extends Granted {
  readonly hold: TransactionBelief;
}

export interface Paid extends Granted {
  readonly payment: PaymentBelief;
}

type How = Omit<Partial<Use>, 'cardNumber' | 'merchant' | 'local'>;

/** Which presentment of its authorisation it is, and whether it says that it is the last. */
export interface Part {
  readonly sequence?: { readonly number: number; readonly count: number };
  readonly final?: true;
}

const APPROVED = '00';
const PART_APPROVED = '10';
/** The bank takes back by itself what it answered so (docs/iso8583-gateway.md). */
const TAKEN_BACK: ReadonlySet<string> = new Set(['91', '96']);
const ALREADY_REVERSED = '12';

export class Conversation {
  #presentments = 0;

  constructor(
    private readonly stage: Stage,
    readonly card: Card,
    readonly plan: Plan,
  ) {}

  /** @returns undefined where it was declined, taken back, or given up */
  async authorise(how: How = {}): Promise<Held | undefined> {
    const granted = await this.#ask(this.message('0100', how), how.partial === true);
    if (granted === undefined) return undefined;
    const hold = this.card.belief.transaction();
    hold.approved(granted.amount);
    return { ...granted, hold };
  }

  /** Adds to what is held; has keys of its own. @returns what was added, for its reversal */
  async increment({ message, hold }: Held, amount: bigint): Promise<Granted | undefined> {
    const granted = await this.#ask(this.message('0100', { amount, about: message }), false);
    if (granted !== undefined) hold.incremented(granted.amount);
    return granted;
  }

  /** A single message. */
  async pay(how: How = {}): Promise<Paid | undefined> {
    const granted = await this.#ask(this.message('0200', how), false);
    return granted && { ...granted, payment: this.card.belief.payment(granted.amount) };
  }

  /** The same message over two links at once: both hear the same. */
  async authoriseTwice(): Promise<Held | undefined> {
    const message = this.message('0100');
    const asked = [this.stage.links.ask(message), this.stage.links.ask({ ...message, mti: '0101' })];
    const [first, second] = await Promise.all(asked);
    if (first === undefined || second === undefined || first === 'given_up' || second === 'given_up') return undefined;
    if (textOf(first, 39) !== textOf(second, 39) || textOf(first, 38) !== textOf(second, 38))
      this.finding(`0100 was answered with ${textOf(first, 39)}, its repeat with ${textOf(second, 39)}`);
    const granted = this.#granted(message, first, false);
    if (granted === undefined) return undefined;
    const hold = this.card.belief.transaction();
    hold.approved(granted.amount);
    return { ...granted, hold };
  }

  /** One whose reversal was there before it: it must be declined. */
  async authoriseReversed(message: Iso8583Message): Promise<void> {
    const answer = await this.stage.links.ask(message);
    if (answer === 'given_up') return;
    const code = textOf(answer, 39);
    this.#note(message, code);
    if (code !== ALREADY_REVERSED && !TAKEN_BACK.has(code))
      this.finding(`an authorisation that was reversed before it came was answered with ${code}`);
  }

  /** Sent, whatever is answered: the network never looks. */
  async authoriseUnheard(message: Iso8583Message): Promise<void> {
    this.#note(message, 'unheard');
    await this.stage.links.ask(message, 'give_up');
  }

  /** Asks something that moves nothing. */
  async enquire(processingCode: string): Promise<void> {
    const message = this.message('0100', { amount: 0n, processingCode });
    const answer = await this.stage.links.ask(message);
    const code = answer === 'given_up' ? '' : textOf(answer, 39);
    this.#note(message, code);
    if (code !== APPROVED && !TAKEN_BACK.has(code)) this.finding(`an enquiry was answered with ${code}`);
  }

  /** What we answered in the bank's place, or what an estimate became. @param about the authorisation; without it, of its own */
  async advise(amount: bigint, about?: Held): Promise<Held> {
    const message = this.message('0120', { amount, responseCode: APPROVED, about: about?.message });
    await this.insist(message);
    const hold = about?.hold ?? this.card.belief.transaction();
    hold.advised(amount);
    return { message: about?.message ?? message, amount, hold };
  }

  /** 0220: posted, and the rest of the hold released. */
  async complete({ message, hold }: Held, amount: bigint): Promise<void> {
    await this.insist(this.message('0220', { amount, about: message }));
    hold.cleared(amount);
  }

  /** @param replacement the new total; undefined for nothing */
  async reverse(original: Iso8583Message, mti: '0400' | '0420', replacement?: bigint): Promise<void> {
    const local = replacement === undefined ? undefined : localOf(this.plan.merchant, replacement)?.amount;
    await this.insist(
      reversalOf(original, mti, replacement === undefined ? undefined : { billed: replacement, local }),
    );
  }

  /** What is never refused. */
  async insist(message: Iso8583Message): Promise<void> {
    const answer = await this.stage.links.insist(message);
    const code = textOf(answer, 39);
    this.#note(message, code);
    if (code !== APPROVED) this.finding(`${message.mti} was answered with ${code}`);
  }

  /** Brings a presentment to the bank, and believes it posted when the bank says so. @returns its line, for what comes after */
  async clear(about: Held, amount: bigint, part: Part = {}, days = 1): Promise<ClearingLine> {
    const line: ClearingLine = {
      type: 'clearing',
      clearing_key: this.#presentmentKey(),
      ...this.#presentment(amount, about.message),
      ...part,
    };
    if ((await this.present(line, days)).posted === false) return line;
    const { sequence, final } = part;
    if (sequence === undefined || final === true) about.hold.cleared(amount);
    else about.hold.clearedPart(amount, sequence);
    return line;
  }

  async refund(amount: bigint, original?: Iso8583Message): Promise<void> {
    const refund_key = this.#presentmentKey();
    const outcome = await this.present({ type: 'refund', refund_key, ...this.#presentment(amount, original) });
    if (outcome.posted) this.card.belief.credited(amount);
  }

  /** A refund, and all of it back again. */
  async refundInError(amount: bigint): Promise<void> {
    const refund_key = this.#presentmentKey();
    const refunded = await this.present({ type: 'refund', refund_key, ...this.#presentment(amount) });
    if (!refunded.posted) return;
    this.card.belief.credited(amount);
    const back = await this.present({ type: 'refund_reversal', refund_key, card: this.#card(), amount: money(amount) });
    if (back.posted) this.card.belief.credited(-amount);
  }

  async takeBack(line: ClearingLine, amount: bigint, hold: TransactionBelief): Promise<void> {
    if (line.type !== 'clearing') return;
    const { clearing_key } = line;
    const outcome = await this.present({
      type: 'clearing_reversal',
      clearing_key,
      card: line.card,
      amount: money(amount),
    });
    if (outcome.posted) hold.clearingReversed(amount);
  }

  /** @param refusal the code with which the bank has to refuse it; none where it has to post it */
  async present(line: ClearingLine, days = 1, refusal?: string): Promise<LineOutcome> {
    const outcome = await this.stage.house.present(line, days);
    const code = outcome.posted ? undefined : outcome.code;
    const key = line.type.startsWith('clearing') && 'clearing_key' in line ? line.clearing_key : '';
    this.card.note(`#${this.plan.number} ${line.type} ${key} ${line.amount.amount} ${code ?? 'posted'}`);
    if (code !== refusal)
      this.finding(
        `${line.type} ${key} of ${line.amount.amount}: ${refusal ?? 'posted'} expected, got ${code ?? 'posted'}`,
      );
    this.stage.tally.presented(line.type, code);
    return outcome;
  }

  /** Money paid into the account from outside. */
  async paidIn(amount: bigint): Promise<void> {
    const { bank } = this.stage;
    const path = `/staff/accounts/${this.card.accountId}/inbound-payments`;
    const key = `${bank.run}-pay-${this.plan.number}`;
    const { status, body } = await bank.post(path, { payment_id: key, amount: money(amount) }, key);
    this.card.note(`#${this.plan.number} payment in ${amount} ${status}`);
    if (status === 200) this.card.belief.credited(amount);
    else this.finding(`a payment in was answered with ${status} ${JSON.stringify(body)}`);
  }

  message(mti: string, how: How = {}): Iso8583Message {
    const { merchant, amount: planned } = this.plan;
    const amount = how.amount ?? planned;
    const local = amount === planned ? this.plan.local : localOf(merchant, amount);
    return this.stage.messages.of(mti, { ...how, cardNumber: this.card.number, merchant, amount, local });
  }

  finding(what: string): void {
    this.stage.tally.finding(this.card, `#${this.plan.number} ${this.plan.story}: ${what}`);
  }

  async #ask(message: Iso8583Message, partial: boolean): Promise<Granted | undefined> {
    const answer = await this.stage.links.ask(message, this.plan.givesUp ? 'give_up' : 'repeat');
    if (answer !== 'given_up') return this.#granted(message, answer, partial);
    this.#note(message, 'given up');
    this.stage.tally.givenUp++;
    await this.reverse(message, '0420');
    return undefined;
  }

  #granted(message: Iso8583Message, answer: Iso8583Message, partial: boolean): Granted | undefined {
    const code = textOf(answer, 39);
    this.#note(message, code);
    this.stage.tally.decided(code);
    if (TAKEN_BACK.has(code)) this.card.takenBack++;
    if (code !== APPROVED && code !== PART_APPROVED) return undefined;
    const billed = textOf(message, 51) !== '';
    const asked = approvedAmount(message, billed);
    const amount = code === APPROVED ? asked : approvedAmount(answer, billed);
    if (code === PART_APPROVED && (!partial || amount >= asked || amount <= 0n))
      this.finding(`of ${asked}${partial ? '' : ', all or nothing,'} ${amount} was approved`);
    return { message, amount };
  }

  #presentment(amount: bigint, original?: Iso8583Message) {
    const { merchant, percent } = this.plan;
    const local = localOf(merchant, amount);
    return {
      card: this.#card(),
      amount: money(amount),
      merchant: { name: `${merchant.descriptor} ${merchant.country}`, mcc: merchant.mcc, country: merchant.country },
      ...(original === undefined ? {} : { original_keys: keysOf(original) }),
      ...(local === undefined
        ? {}
        : {
            local_amount: money(local.amount, local.currency),
            // The scheme settles in the merchant's currency, or in the card's by a rate of its own.
            reconciliation_amount: percent < 50 ? money(local.amount, local.currency) : money(amount + 3n),
          }),
    };
  }

  #presentmentKey(): string {
    return `${this.stage.bank.run}-${this.plan.number}-${++this.#presentments}`;
  }

  #card() {
    return { number: this.card.number };
  }

  #note(message: Iso8583Message, outcome: string): void {
    this.card.note(
      `#${this.plan.number} ${message.mti} ${textOf(message, 6) || textOf(message, 4)} ${textOf(message, 11)} ${textOf(message, 37)} ${outcome}`,
    );
  }
}

function money(amount: bigint, currency = 'GBP'): Money {
  return { amount: Number(amount), currency };
}
