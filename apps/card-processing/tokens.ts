// A card number becomes a keyed token at the first hop (architecture, rule 12); from there on nobody sees the number.
import { createHmac, hash } from 'node:crypto';
import { passesLuhn } from '@tallystick/contracts';
import type { CardToken } from '@tallystick/ledger-core';

/** A key from the secret port. */
export interface TokenKey {
  /** From 1; part of every token, so that a number can be found under an older key. */
  readonly version: number;
  /** 32 bytes at least. */
  readonly key: Uint8Array;
}

const BLOCK_BYTES = 64;
const HASH_BYTES = 32;
const NUMBER_BYTES_MAX = 19;
/** No token may ever look like a card number to whoever searches for one. */
const LOOKS_LIKE_A_NUMBER = /[0-9]{12}/;
/** Of a card number, or of an imported file's reference; the card's second account, in another currency, has the currency added. */
const TOKEN = /^(?:tok_[1-9][0-9]{0,3}_[0-9A-Za-z]{24}|ref_[a-z]{32})(?:-[A-Z]{3})?$/;
/** In ASCII order, as in all ids. */
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

export function isCardToken(text: string): text is CardToken {
  return TOKEN.test(text) && !LOOKS_LIKE_A_NUMBER.test(text);
}

/** Of numbers that the bank gives to its own cards: what ISO/IEC 7812 leaves to the countries, so no scheme's. */
const ISSUER = '999999';
/** Between the issuer and the check digit. */
const ACCOUNT_DIGITS = 9;

/** Turns card numbers into tokens: `tok_<key version>_<24 base62 digits>`, 128 bits of HMAC-SHA-256 (RFC 2104) of the digits. */
export class CardTokens {
  private readonly current: KeyedTokens;
  private readonly older: readonly KeyedTokens[];

  /** @throws where there is no key, two have the same version, or one is too short */
  constructor(keys: readonly TokenKey[]) {
    const [current, ...older] = keys.toSorted((a, b) => b.version - a.version).map((key) => new KeyedTokens(key));
    if (current === undefined) throw new Error('card tokens need a key');
    if (new Set(keys.map((key) => key.version)).size < keys.length)
      throw new Error('two token keys have the same version');
    this.current = current;
    this.older = older;
  }

  /** Under the newest key. @param number 12 to 19 digits */
  tokenOf(number: string): CardToken {
    return this.current.tokenOf(number);
  }

  /**
   * A number for a card of the bank's own, 16 digits. It follows from the newest key and the card's name, so that nobody has to keep it:
   * who makes the card can be told it again, and the same name never gives another while the key is the same.
   */
  newNumber(name: string): string {
    return this.current.newNumber(name);
  }

  /** Under the older keys, the newest of them first: cards issued before the key was changed. */
  olderTokensOf(number: string): CardToken[] {
    return this.older.map((key) => key.tokenOf(number));
  }
}

/**
 * HMAC written out as its two hashes over buffers made once: node:crypto makes an object per HMAC, which costs five times as much,
 * and this runs in every authorisation. A unit spec compares it with node:crypto's.
 */
class KeyedTokens {
  private readonly prefix: string;
  private readonly inner = new Uint8Array(BLOCK_BYTES + NUMBER_BYTES_MAX);
  private readonly outer = new Uint8Array(BLOCK_BYTES + HASH_BYTES);

  constructor(private readonly of: TokenKey) {
    const { version, key } = of;
    if (!Number.isInteger(version) || version < 1 || version > 9_999)
      throw new Error('a token key has a version from 1 to 9999');
    if (key.length < HASH_BYTES) throw new Error(`token key ${version} is shorter than 32 bytes`);
    this.prefix = `tok_${version}_`;
    const block = new Uint8Array(BLOCK_BYTES);
    block.set(key.length > BLOCK_BYTES ? hash('sha256', key, 'buffer') : key);
    for (let i = 0; i < BLOCK_BYTES; i++) {
      const byte = block[i] ?? 0;
      this.inner[i] = byte ^ 0x36;
      this.outer[i] = byte ^ 0x5c;
    }
  }

  newNumber(name: string): string {
    // With letters in it, so never what a token is made of.
    const digest = createHmac('sha256', this.of.key).update(`card number of ${name}`).digest();
    const account = digest.readBigUInt64BE() % 10n ** BigInt(ACCOUNT_DIGITS);
    const payload = `${ISSUER}${String(account).padStart(ACCOUNT_DIGITS, '0')}`;
    const check = Array.from('0123456789').find((digit) => passesLuhn(payload + digit));
    return `${payload}${check}`;
  }

  tokenOf(number: string): CardToken {
    const length = Math.min(number.length, NUMBER_BYTES_MAX);
    for (let i = 0; i < length; i++) this.inner[BLOCK_BYTES + i] = number.charCodeAt(i);
    const message = this.inner.subarray(0, BLOCK_BYTES + length);
    this.outer.set(hash('sha256', message, 'buffer'), BLOCK_BYTES);
    // The number must not lie about in memory longer than it is needed.
    this.inner.fill(0, BLOCK_BYTES);
    let digest = hash('sha256', this.outer, 'buffer');
    let text = base62(digest);
    while (LOOKS_LIKE_A_NUMBER.test(text)) {
      digest = hash('sha256', digest, 'buffer');
      text = base62(digest);
    }
    return `${this.prefix}${text}` as CardToken;
  }
}

/** The first 16 bytes, each four of them as six digits: a whole number of 128 bits would cost four times as many divisions. */
function base62(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < 16; at += 4) {
    let word =
      (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>>
      0;
    let digits = '';
    for (let i = 0; i < 6; i++) {
      const rest = Math.floor(word / 62);
      digits = ALPHABET.charAt(word - rest * 62) + digits;
      word = rest;
    }
    text += digits;
  }
  return text;
}
