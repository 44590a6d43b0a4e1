import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import { typeOf } from './avro-types.js';
import { DecodingError, EncodingError } from './errors.js';
import { compileReader, readRecord } from './record-reader.js';
import { writeValue } from './scratch.js';

/** Personal text by name: `name`, `reference`, `notes`, … */
export type PersonalText = Readonly<Record<string, string>>;

/** What is left of personal text whose key was destroyed. */
export const ERASED = 'erased';

/** The customers' keys: a record, never an event. Adapters keep them where a backup can forget them too. */
export interface KeyPort {
  /** 32 bytes; undefined where the customer has none, or no longer. */
  keyOf(customerId: string): Promise<Uint8Array | undefined>;
  /** Makes the customer's key, or answers the one there is. @throws EncodingError `no_key` where it was destroyed: erasure is final */
  create(customerId: string): Promise<Uint8Array>;
  /** Erases everything that was sealed for the customer, everywhere. Again: no effect. */
  destroy(customerId: string): Promise<void>;
}

const KEY_VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const NO_HEADER = new Uint8Array(0);
const TEXT_SCHEMA = { type: 'map' as const, values: 'string' };
const writer = typeOf(TEXT_SCHEMA);
const reader = compileReader('personal text', TEXT_SCHEMA, TEXT_SCHEMA);

/**
 * Seals text under a customer's key: key version (1 byte), nonce (12), AES-256-GCM of an Avro map of strings, tag (16).
 *
 * The same command and text give the same bytes, so a retry repeats its event exactly. The nonce is a keyed hash of customer,
 * command and plaintext (as in SIV, RFC 5297): hashing the command alone would, for another text under the same command id, use a
 * nonce twice with one key, which gives both texts away. As it is, equal nonces mean equal messages.
 * @param key the customer's 32 bytes
 * @throws EncodingError `ill_formed_text`
 */
export function seal(key: Uint8Array, customerId: string, commandId: string, text: PersonalText): Buffer {
  const plain = writeValue(writer, sorted(text), NO_HEADER, 'personal text');
  const nonce = nonceOf(key, customerId, commandId, plain);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(boundTo(customerId));
  return Buffer.concat([Buffer.of(KEY_VERSION), nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/**
 * @param key undefined where it was destroyed
 * @throws DecodingError `seal_broken` where the bytes were changed, or sealed for another customer
 */
export function unseal(
  key: Uint8Array | undefined,
  customerId: string,
  sealed: Uint8Array,
): PersonalText | typeof ERASED {
  if (key === undefined) return ERASED;
  if (sealed[0] !== KEY_VERSION || sealed.length < 1 + NONCE_BYTES + TAG_BYTES) throw broken();
  const nonce = sealed.subarray(1, 1 + NONCE_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(boundTo(customerId));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  const plain = decipher.update(sealed.subarray(1 + NONCE_BYTES, -TAG_BYTES));
  try {
    decipher.final();
  } catch {
    throw broken();
  }
  return readRecord(reader, plain, 0);
}

/** @see seal. @throws EncodingError `no_key` */
export async function sealPersonal(
  keys: KeyPort,
  customerId: string,
  commandId: string,
  text: PersonalText,
): Promise<Buffer> {
  const key = await keys.keyOf(customerId);
  if (key === undefined) throw new EncodingError('no_key', `${customerId} has no key for personal text`);
  return seal(key, customerId, commandId, text);
}

/** @see unseal */
export async function unsealPersonal(
  keys: KeyPort,
  customerId: string,
  sealed: Uint8Array,
): Promise<PersonalText | typeof ERASED> {
  return unseal(await keys.keyOf(customerId), customerId, sealed);
}

function broken(): DecodingError {
  return new DecodingError('seal_broken', 'personal text was changed, or sealed for another customer');
}

/** Many texts of one customer, in order: the key is asked for once. @see unseal */
export async function unsealAll(
  keys: KeyPort,
  customerId: string,
  sealed: readonly Uint8Array[],
): Promise<(PersonalText | typeof ERASED)[]> {
  if (sealed.length === 0) return [];
  const key = await keys.keyOf(customerId);
  return sealed.map((each) => unseal(key, customerId, each));
}

/** Text sealed for one customer can't be moved to another's event. */
function boundTo(customerId: string): Buffer {
  return Buffer.from(`tallystick personal ${KEY_VERSION} ${customerId}`);
}

/** Under a key of its own: one key for two algorithms is to be avoided. */
function nonceOf(key: Uint8Array, customerId: string, commandId: string, plain: Buffer): Buffer {
  const nonceKey = createHmac('sha256', key).update('tallystick personal nonce').digest();
  const message = createHmac('sha256', nonceKey);
  for (const part of [Buffer.from(customerId), Buffer.from(commandId), plain]) {
    const length = Buffer.allocUnsafe(4);
    length.writeUInt32LE(part.length);
    message.update(length).update(part);
  }
  return message.digest().subarray(0, NONCE_BYTES);
}

function sorted(text: PersonalText): PersonalText {
  return Object.fromEntries(Object.entries(text).sort(([a], [b]) => (a < b ? -1 : 1)));
}
