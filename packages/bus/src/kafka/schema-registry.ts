// A schema registry that speaks Confluent's API, as Apicurio does: each event's schema under a number that stands before the bytes.
import { catalogue } from '@tallystick/events/generated/catalogue';
import { SchemaIndex } from '@tallystick/events/schemas';

export interface SchemaRegistryOptions {
  /** Base URL of the API, such as `http://127.0.0.1:18081/apis/ccompat/v7`. */
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  readonly fetch?: typeof fetch;
}

/** The registry can't be used, or does not take our schemas: one sentence says why. */
export class SchemaRegistryTrouble extends Error {
  override readonly name = 'SchemaRegistryTrouble';
}

const COMPATIBILITY = 'BACKWARD';
const MEDIA_TYPE = 'application/vnd.schemaregistry.v1+json';
const SUBJECTS_AT_ONCE = 8;
const CONFLICT = 409;

interface Released {
  readonly name: string;
  readonly version: number;
  readonly schema: string;
}

export class SchemaRegistry {
  readonly #options: SchemaRegistryOptions;
  readonly #index = new SchemaIndex(catalogue);
  /** By the low half of the fingerprint, which tells our schemas apart. */
  readonly #ids = new Map<number, number>();

  constructor(options: SchemaRegistryOptions) {
    this.#options = options;
  }

  /**
   * Registers every released event, the versions of each in order, with compatibility BACKWARD; repeating it changes nothing.
   * @throws SchemaRegistryTrouble
   */
  async prepare(): Promise<void> {
    const subjects = [
      ...Map.groupBy(
        catalogue.filter(({ aggregate }) => aggregate !== 'metadata'),
        ({ name }) => name,
      ),
    ];
    const next = async () => {
      for (let subject = subjects.pop(); subject !== undefined; subject = subjects.pop())
        await this.#register(...subject);
    };
    await Promise.all(Array.from({ length: SUBJECTS_AT_ONCE }, next));
  }

  /** The number of a payload's schema. @throws SchemaRegistryTrouble where its schema was never released */
  idOf(payload: Uint8Array): number {
    const writer = this.#index.writerOf(payload);
    const id = writer && this.#ids.get(writer.fingerprint.low);
    if (id === undefined) throw new SchemaRegistryTrouble('the registry has no schema for these bytes');
    return id;
  }

  async #register(name: string, versions: readonly Released[]): Promise<void> {
    const subject = encodeURIComponent(`${name}-value`);
    await this.#call('PUT', `/config/${subject}`, { compatibility: COMPATIBILITY });
    const { compatibilityLevel } = await this.#call('GET', `/config/${subject}`);
    if (compatibilityLevel !== COMPATIBILITY)
      throw new SchemaRegistryTrouble(
        `the schema registry keeps ${name} at compatibility ${String(compatibilityLevel)}`,
      );
    for (const { version, schema } of versions) {
      const { id } = await this.#call('POST', `/subjects/${subject}/versions`, { schema });
      if (typeof id !== 'number') throw new SchemaRegistryTrouble(`the schema registry gave ${name} no number`);
      const fingerprint = this.#index.all().find((each) => each.name === name && each.version === version)?.fingerprint;
      if (fingerprint !== undefined) this.#ids.set(fingerprint.low, id);
    }
  }

  async #call(method: string, path: string, body?: object): Promise<Readonly<Record<string, unknown>>> {
    const { url, username, password } = this.#options;
    const headers: Record<string, string> = { accept: MEDIA_TYPE, 'content-type': MEDIA_TYPE };
    if (username !== undefined)
      headers.authorization = `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}`;
    const request = { method, headers, ...(body && { body: JSON.stringify(body) }) };
    let response: Response;
    try {
      response = await (this.#options.fetch ?? fetch)(url.replace(/\/$/, '') + path, request);
    } catch (error) {
      throw new SchemaRegistryTrouble(`the schema registry can't be reached at ${url}`, { cause: error });
    }
    const text = await response.text();
    if (response.status === CONFLICT)
      throw new SchemaRegistryTrouble(
        `the schema registry finds ${path} not compatible with its older version: ${text}`,
      );
    if (!response.ok)
      throw new SchemaRegistryTrouble(`the schema registry answers ${method} ${path} with ${response.status}`);
    return JSON.parse(text);
  }
}
