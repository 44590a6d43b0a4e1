// What a clearing file says of itself against what is in it: format and control totals, before anything is posted.
import { createHash } from 'node:crypto';
import type { cardProcessingContract, ResponseOf } from '@tallystick/contracts';
import { type CurrencyCode, formatMinor } from '@tallystick/ledger-core';
import { BadClearingFile } from './bad-clearing-file.js';

export type ClearingRecord = ResponseOf<(typeof cardProcessingContract)['methods']['readClearing']>['records'][number];
export type ClearingHeader = NonNullable<ClearingRecord['header']>;

export interface CurrencyTotal {
  readonly currency: CurrencyCode;
  readonly debits: bigint;
  readonly credits: bigint;
}

/** A file that was checked to its end. */
export interface CheckedFile {
  readonly file: ClearingHeader['file'];
  /** Of the whole content, without card numbers. */
  readonly fingerprint: string;
  readonly records: number;
  readonly presentments: number;
  readonly totals: readonly CurrencyTotal[];
}

export class ClearingControls {
  private header: ClearingHeader | undefined;
  private trailer: NonNullable<ClearingRecord['trailer']> | undefined;
  private readonly content = createHash('sha256');
  private readonly sums = new Map<CurrencyCode, { debits: bigint; credits: bigint }>();
  private records = 0;
  private presentments = 0;
  private checksum = 0n;
  private lastNumber: number | undefined;

  /** @param path for messages */
  constructor(private readonly path: string) {}

  /** The header, once it was taken. */
  get file(): ClearingHeader['file'] | null {
    return this.header?.file ?? null;
  }

  /** @throws BadClearingFile with file and record */
  take(record: ClearingRecord): void {
    this.records++;
    if (record.fault !== null) throw this.bad(record.fault);
    if (this.trailer !== undefined) throw this.bad('a record behind the trailer');
    if (record.header !== null) this.header = record.header;
    else if (this.header === undefined) throw this.bad('the file does not begin with its header');
    this.content.update(record.fingerprint);
    this.checkNumber(record.messageNumber);
    this.checksum += record.checksum;
    if (record.trailer !== null) this.trailer = record.trailer;
    if (record.exception !== null) this.presentments++;
    if (record.presentment === null) return;
    this.presentments++;
    const { direction, amount, currency } = record.presentment;
    const sum = this.sums.get(currency) ?? { debits: 0n, credits: 0n };
    this.sums.set(currency, sum);
    if (direction === 'debit') sum.debits += amount;
    else sum.credits += amount;
  }

  /** To be called behind the last record. @throws BadClearingFile */
  checked(): CheckedFile {
    const { header, records, presentments } = this;
    if (header === undefined) throw new BadClearingFile(`${this.path}: the file is empty`);
    const totals = [...this.sums]
      .map(([currency, sum]) => ({ currency, ...sum }))
      .sort((a, b) => (a.currency < b.currency ? -1 : 1));
    if (header.totals === null) this.checkTrailer(header);
    else this.checkTotals(header, header.totals, totals);
    return { file: header.file, fingerprint: this.content.digest('hex'), records, presentments, totals };
  }

  /** DE71 goes up by one where it is given. */
  private checkNumber(number: number | null): void {
    if (number === null) return;
    if (this.lastNumber !== undefined && number !== this.lastNumber + 1)
      throw this.bad(`its message number is ${number} where ${this.lastNumber + 1} is next`);
    this.lastNumber = number;
  }

  private checkTrailer({ file }: ClearingHeader): void {
    const { trailer } = this;
    if (trailer === undefined) throw this.bad('the file ends without its trailer, 1644 with 695');
    if (trailer.id !== file.id) throw this.bad('the trailer is of another file than the header');
    if (trailer.messages !== this.records)
      throw this.bad(`the trailer counts ${trailer.messages} messages, the file has ${this.records}`);
    if (trailer.checksum !== this.checksum)
      throw this.bad(`the trailer's amount checksum is ${trailer.checksum}, the amounts add up to ${this.checksum}`);
  }

  private checkTotals(
    { count }: ClearingHeader,
    stated: readonly CurrencyTotal[],
    found: readonly CurrencyTotal[],
  ): void {
    if (count !== this.presentments)
      throw this.badHeader(`it counts ${count} presentments, the file has ${this.presentments}`);
    for (const { currency, debits, credits } of stated) {
      const sum = this.sums.get(currency) ?? { debits: 0n, credits: 0n };
      for (const [name, says, is] of [
        ['debits', debits, sum.debits],
        ['credits', credits, sum.credits],
      ] as const)
        if (says !== is)
          throw this.badHeader(
            `its ${name} of ${currency} are ${formatMinor(says, currency)}, the presentments add up to ${formatMinor(is, currency)}`,
          );
    }
    const missing = found.find(({ currency }) => !stated.some((total) => total.currency === currency));
    if (missing !== undefined) throw this.badHeader(`it has no total of ${missing.currency}`);
  }

  private bad(sentence: string): BadClearingFile {
    return new BadClearingFile(`${this.path} record ${this.records}: ${sentence}`);
  }

  private badHeader(sentence: string): BadClearingFile {
    return new BadClearingFile(`${this.path} record 1: the header is wrong: ${sentence}`);
  }
}
