// Where two JSON documents differ: paths, never values.

const PATHS_MAX = 20;
const SAFE_NAME = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/;

/**
 * @returns at most twenty, such as `transactions[].amount`, each once; `$` for the document itself. Names that customers choose, or that hold
 * many digits, are shown as `*`.
 */
export function differingPaths(one: unknown, other: unknown): string[] {
  const found = new Set<string>();
  collect(one, other, '', found);
  return [...found];
}

function collect(one: unknown, other: unknown, path: string, found: Set<string>): void {
  if (found.size >= PATHS_MAX || Object.is(one, other)) return;
  if (Array.isArray(one) && Array.isArray(other)) {
    if (one.length !== other.length) found.add(`${path}[] length`);
    for (let i = 0; i < Math.min(one.length, other.length); i++) collect(one[i], other[i], `${path}[]`, found);
    return;
  }
  if (isObject(one) && isObject(other)) {
    for (const name of new Set([...Object.keys(one), ...Object.keys(other)])) {
      const shown = SAFE_NAME.test(name) && !/\d{6}/.test(name) && !isChosenByCustomers(path) ? name : '*';
      const below = path === '' ? shown : `${path}.${shown}`;
      if (!Object.hasOwn(one, name) || !Object.hasOwn(other, name)) addTo(found, below);
      else collect(one[name], other[name], below, found);
    }
    return;
  }
  addTo(found, path === '' ? '$' : path);
}

function addTo(found: Set<string>, path: string): void {
  if (found.size < PATHS_MAX) found.add(path);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isChosenByCustomers(path: string): boolean {
  return /(^|\.)metadata$/.test(path);
}
