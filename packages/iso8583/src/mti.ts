import { characters } from './content/characters.js';
import type { ContentCodec } from './content/content-codec.js';
import { packed } from './content/packed.js';
import type { CharacterEncoding, Dialect } from './dialect.js';
import { Iso8583Error } from './iso8583-error.js';
import { fail, type Source, type Target } from './place.js';

const DIGITS = 4;

/** Message type indicators: four digits, the first of which is the version of the standard. */
export class Mti {
  private readonly digits: ContentCodec;
  private readonly bytes: number;
  private readonly versions: string;

  constructor(dialect: Pick<Dialect, 'mti' | 'versions'>) {
    this.versions = dialect.versions.join('');
    this.digits = digitsIn(dialect.mti);
    this.bytes = this.digits.bytes(DIGITS);
  }

  read(source: Source): string {
    source.need(this.bytes);
    const mti = readDigits(source, this.digits);
    if (!this.isTaken(mti)) fail(source, 'mti.version', 0, 'another version of ISO 8583 than the dialect’s');
    return mti;
  }

  write(target: Target, mti: string): void {
    if (mti.length !== DIGITS) fail(target, 'mti.malformed', 0, 'not four digits');
    if (!this.isTaken(mti)) fail(target, 'mti.version', 0, 'another version of ISO 8583 than the dialect’s');
    this.digits.write(target, mti);
  }

  private isTaken(mti: string): boolean {
    return this.versions.includes(mti.charAt(0));
  }
}

function digitsIn(encoding: CharacterEncoding | 'bcd'): ContentCodec {
  return encoding === 'bcd' ? packed('n', 'left0', false) : characters('n', encoding);
}

/** A byte that is no digit has a code of its own here: it mostly means that this is no ISO 8583 at all. */
function readDigits(source: Source, digits: ContentCodec): string {
  try {
    const mti = digits.read(source, DIGITS);
    if (typeof mti === 'string') return mti;
  } catch (error) {
    if (!(error instanceof Iso8583Error)) throw error;
    fail(source, 'mti.malformed', error.offset, 'not four digits');
  }
  fail(source, 'mti.malformed', 0, 'not four digits');
}
