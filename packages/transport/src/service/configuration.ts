// One typed object for everything that a deployment may choose. A wrong value stops the start and names its key.

import { readFileSync } from 'node:fs';
import { KindGuard, type Static, type TObject, type TSchema } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';

export interface ConfigurationSources {
  /** A JSON file with the same nesting as the schema. */
  readonly file?: string | undefined;
  /** `http.bodyLimitBytes` is TALLYSTICK_HTTP_BODY_LIMIT_BYTES; lists are separated by commas. Wins over the file. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** From the command line, keyed as `http.port`. Wins over both. */
  readonly flags?: Readonly<Record<string, unknown>>;
}

/** One sentence that a user can act on. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  constructor(
    /** As the user wrote it: the variable, or the key and its file. */
    readonly key: string,
    complaint: string,
  ) {
    super(`${key}: ${complaint}`);
  }
}

type Tree = { [key: string]: unknown };

/**
 * @param schema objects all the way down, with a default on whatever need not be given
 * @throws ConfigurationError for a value of the wrong kind, a missing one, or a key of the file that nobody reads
 */
export function loadConfiguration<Schema extends TObject>(
  schema: Schema,
  sources: ConfigurationSources,
): Static<Schema> {
  const tree: Tree = sources.file === undefined ? {} : readTree(sources.file);
  const origins = new Map<string, string>();
  for (const [path, leaf] of leavesOf(schema)) {
    const key = path.join('.');
    const variable = `TALLYSTICK_${path.map(upperSnake).join('_')}`;
    const text = sources.environment[variable];
    if (text !== undefined) {
      setAt(tree, path, valueOfText(leaf, text));
      origins.set(key, variable);
    }
    const flag = sources.flags?.[key];
    if (flag !== undefined) {
      setAt(tree, path, flag);
      origins.set(key, key);
    }
  }
  const filled: unknown = Value.Default(schema, tree);
  if (Value.Check(schema, filled)) return filled;
  const error = Value.Errors(schema, filled).First();
  const key = (error?.path ?? '').split('/').slice(1).join('.');
  const written = origins.get(key) ?? (sources.file === undefined ? key : `${key} in ${sources.file}`);
  throw new ConfigurationError(written, decapitalised(error?.message ?? 'is wrong'));
}

function readTree(file: string): Tree {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new ConfigurationError(file, error instanceof SyntaxError ? 'is not JSON' : 'can not be read');
  }
  if (!isTree(parsed)) throw new ConfigurationError(file, 'must hold one JSON object');
  return parsed;
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function leavesOf(schema: TObject, above: readonly string[] = []): [path: string[], leaf: TSchema][] {
  return Object.entries(schema.properties).flatMap(([name, part]): [string[], TSchema][] => {
    const path = [...above, name];
    return KindGuard.IsObject(part) ? leavesOf(part, path) : [[path, part]];
  });
}

/** A text that doesn't look like the kind asked for is left as it is, and the check refuses it. */
function valueOfText(schema: TSchema, text: string): unknown {
  if ((KindGuard.IsInteger(schema) || KindGuard.IsNumber(schema)) && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (KindGuard.IsBoolean(schema) && (text === 'true' || text === 'false')) return text === 'true';
  if (KindGuard.IsArray(schema))
    return text === '' ? [] : text.split(',').map((part) => valueOfText(schema.items, part));
  return text;
}

function setAt(tree: Tree, path: readonly string[], value: unknown): void {
  const [first, ...rest] = path;
  if (first === undefined) return;
  if (rest.length === 0) {
    tree[first] = value;
    return;
  }
  const below = tree[first];
  const branch = isTree(below) ? below : {};
  tree[first] = branch;
  setAt(branch, rest, value);
}

function upperSnake(name: string): string {
  return name.replaceAll(/([A-Z])/g, '_$1').toUpperCase();
}

function decapitalised(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
