// Writes the TypeScript types of the events, and the catalogue that the codec reads, from schemas/avro; and the same for messages.
// `--check` writes nothing and exits 1 where a generated file differs from what the schemas say.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const SCHEMAS = 'schemas/avro';
const TYPES = 'packages/ledger-core/src/generated/events.ts';
const CATALOGUE = 'packages/events/src/generated/catalogue.ts';
const MESSAGES = 'packages/events/src/generated/messages.ts';
/** Folders whose records nobody journals: requests and responses. A list of their own keeps them from being taken for events. */
const MESSAGE_FOLDERS = new Set(['gateway']);
const BRANDS = new Set();

/** Every schema file, grouped by event, newest version last. */
function readSchemas() {
  const events = new Map();
  for (const aggregate of readdirSync(SCHEMAS, { withFileTypes: true })) {
    if (!aggregate.isDirectory()) continue;
    for (const file of readdirSync(join(SCHEMAS, aggregate.name))) {
      const match = /^(\w+)\.v(\d+)\.avsc$/.exec(file);
      if (!match) throw new Error(`${SCHEMAS}/${aggregate.name}/${file}: a schema file is named <Event>.v<N>.avsc`);
      const [, name, version] = match;
      const schema = JSON.parse(readFileSync(join(SCHEMAS, aggregate.name, file), 'utf8'));
      if (schema.name !== name) throw new Error(`${file}: its record is named ${schema.name}`);
      const versions = events.get(name) ?? [];
      versions.push({ aggregate: aggregate.name, name, version: Number(version), schema });
      events.set(name, versions);
    }
  }
  for (const versions of events.values()) versions.sort((a, b) => a.version - b.version);
  return [...events.values()].sort((a, b) => (a[0].name < b[0].name ? -1 : 1));
}

const named = new Map();

function declare(name, doc, text) {
  const before = named.get(name);
  if (before !== undefined && before.text !== text)
    throw new Error(`${name} is defined in two ways; shared records must agree`);
  named.set(name, { doc, text });
}

function typeOf(schema) {
  if (Array.isArray(schema)) return schema.map(typeOf).reverse().join(' | ');
  if (typeof schema === 'string') {
    const primitive = {
      string: 'string',
      long: 'bigint',
      int: 'number',
      boolean: 'boolean',
      bytes: 'Uint8Array',
      null: 'null',
    };
    return primitive[schema] ?? schema;
  }
  if (schema.tsType) {
    BRANDS.add(schema.tsType);
    return schema.tsType;
  }
  if (schema.type === 'array') return `readonly ${typeOf(schema.items)}[]`;
  if (schema.type === 'enum') {
    declare(
      schema.name,
      schema.doc,
      `export type ${schema.name} = ${schema.symbols.map((s) => `'${s}'`).join(' | ')};`,
    );
    return schema.name;
  }
  if (schema.type === 'record') {
    declare(schema.name, schema.doc, `export interface ${schema.name} {\n${members(schema)}}`);
    return schema.name;
  }
  return typeOf(schema.type);
}

function members(schema) {
  return schema.fields
    .map((f) => `${f.doc ? `  /** ${f.doc} */\n` : ''}  readonly ${f.name}: ${typeOf(f.type)};\n`)
    .join('');
}

function comment(doc) {
  return doc ? `/** ${doc} */\n` : '';
}

function declareAnew() {
  named.clear();
  BRANDS.clear();
}

function generateTypes(all) {
  declareAnew();
  const newest = all.map((versions) => versions.at(-1)).filter((e) => e.aggregate !== 'metadata');
  const metadata = all.map((versions) => versions.at(-1)).find((e) => e.aggregate === 'metadata');
  const events = newest.map(
    (e) => `${comment(e.schema.doc)}export interface ${e.name} {\n  readonly type: '${e.name}';\n${members(e.schema)}}`,
  );
  const meta = `${comment(metadata.schema.doc)}export interface ${metadata.name} {\n${members(metadata.schema)}}`;
  const byAggregate = new Map();
  for (const e of newest) byAggregate.set(e.aggregate, [...(byAggregate.get(e.aggregate) ?? []), e.name]);
  const aliases = [...byAggregate].map(([aggregate, names]) => {
    const alias = `${aggregate
      .split('-')
      .map((w) => w[0].toUpperCase() + w.slice(1))
      .join('')}Event`;
    return `export type ${alias} =\n${names.map((n) => `  | ${n}`).join('\n')};`;
  });
  return [
    '// Generated from schemas/avro by `npm run generate`; do not edit.',
    `import type { ${[...BRANDS].sort().join(', ')} } from '../brands.js';\n`,
    ...[...named.values()].map((n) => comment(n.doc) + n.text),
    ...events,
    meta,
    ...aliases,
    `/** Every event there is. */\nexport type LedgerEvent =\n${newest.map((e) => `  | ${e.name}`).join('\n')};`,
    "export type EventType = LedgerEvent['type'];",
    '',
  ]
    .join('\n\n')
    .replace(/\n\n$/, '\n');
}

function catalogueRows(all) {
  return all
    .flat()
    .map(
      (e) =>
        `  { name: '${e.name}', aggregate: '${e.aggregate}', version: ${e.version}, schema: ${JSON.stringify(JSON.stringify(e.schema))} },`,
    )
    .join('\n');
}

function generateCatalogue(all) {
  return `// Generated from schemas/avro by \`npm run generate\`; do not edit.

export interface ReleasedSchema {
  readonly name: string;
  readonly aggregate: string;
  readonly version: number;
  /** The Avro schema, as JSON text. */
  readonly schema: string;
}

/** Every released schema, by name, oldest version first. */
export const catalogue: readonly ReleasedSchema[] = [
${catalogueRows(all)}
];
`;
}

function generateMessages(all) {
  declareAnew();
  const newest = all.map((versions) => versions.at(-1));
  const messages = newest.map(
    ({ name, schema }) => `${comment(schema.doc)}export interface ${name} {\n${members(schema)}}`,
  );
  return `${[
    '// Generated from schemas/avro by `npm run generate`; do not edit.',
    `import type { ${[...BRANDS].sort().join(', ')} } from '@tallystick/ledger-core';\nimport type { ReleasedSchema } from './catalogue.js';`,
    ...[...named.values()].map((n) => comment(n.doc) + n.text),
    ...messages,
    `/** Every message there is, by name. */\nexport interface Messages {\n${newest.map(({ name }) => `  readonly ${name}: ${name};`).join('\n')}\n}`,
    `/** Every released schema of a message, by name, oldest version first. */\nexport const messageCatalogue: readonly ReleasedSchema[] = [\n${catalogueRows(all)}\n];`,
  ].join('\n\n')}\n`;
}

const schemas = readSchemas();
const isMessage = ([{ aggregate }]) => MESSAGE_FOLDERS.has(aggregate);
const all = schemas.filter((versions) => !isMessage(versions));
const files = [
  [TYPES, generateTypes(all)],
  [CATALOGUE, generateCatalogue(all)],
  [MESSAGES, generateMessages(schemas.filter(isMessage))],
];
const read = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};
let stale = 0;
for (const [path, text] of files) {
  if (read(path) === text) continue;
  stale++;
  if (process.argv.includes('--check'))
    console.error(`${path} differs from schemas/avro: run \`npm run generate\` and commit it`);
  else writeFileSync(path, text);
}
if (process.argv.includes('--check')) process.exit(stale ? 1 : 0);
console.log(`${all.length} events, ${stale} file(s) written`);
