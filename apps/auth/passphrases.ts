// Passphrases as they are kept: scrypt with a salt of its own each.
import { scrypt, timingSafeEqual } from 'node:crypto';
import { CallFailed } from '@tallystick/transport';

export interface HashedPassphrase {
  /** Base64. */
  readonly salt: string;
  readonly hash: string;
  /** scrypt's N, so that it can be raised for those that follow. */
  readonly cost: number;
}

export const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** scrypt's r and p, as OWASP's Password Storage Cheat Sheet pairs them with N = 2^15. */
const BLOCK_SIZE = 8;
const PARALLELISATION = 3;
/** Each takes about 32 MiB and a thread that files are read with, too. */
const AT_A_TIME = 2;
const WAITING_MAX = 64;

export class Passphrases {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly cost: number) {}

  async hash(passphrase: string, salt: Uint8Array): Promise<HashedPassphrase> {
    const { cost } = this;
    const hash = await this.derive(passphrase, salt, cost);
    return { salt: Buffer.from(salt).toString('base64'), hash: hash.toString('base64'), cost };
  }

  /** Takes as long where nobody is known by the name, so that names can't be told by the time. */
  async matches(passphrase: string, kept: HashedPassphrase | undefined): Promise<boolean> {
    const salt = kept === undefined ? new Uint8Array(SALT_BYTES) : Buffer.from(kept.salt, 'base64');
    const hash = await this.derive(passphrase, salt, kept?.cost ?? this.cost);
    return kept !== undefined && timingSafeEqual(hash, Buffer.from(kept.hash, 'base64'));
  }

  /** @throws CallFailed where too many wait */
  private async derive(passphrase: string, salt: Uint8Array, cost: number): Promise<Buffer> {
    await this.turn();
    try {
      return await derived(passphrase, salt, cost);
    } finally {
      // Handed over, not given back: whoever comes meanwhile must not slip in between.
      const next = this.waiting.shift();
      if (next === undefined) this.running--;
      else next();
    }
  }

  private async turn(): Promise<void> {
    if (this.running < AT_A_TIME) {
      this.running++;
      return;
    }
    if (this.waiting.length >= WAITING_MAX)
      throw new CallFailed({ code: 'unavailable', message: 'too many logins at a time', retryable: true });
    await new Promise<void>((resolve) => this.waiting.push(resolve));
  }
}

function derived(passphrase: string, salt: Uint8Array, cost: number): Promise<Buffer> {
  const options = { N: cost, r: BLOCK_SIZE, p: PARALLELISATION, maxmem: 256 * cost * BLOCK_SIZE };
  return new Promise((resolve, reject) => {
    // One keyboard's ü is another's u and ¨.
    scrypt(passphrase.normalize('NFKC'), salt, HASH_BYTES, options, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}
