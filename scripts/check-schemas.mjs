// Keeps the promise that a released schema is never edited and can always be read: exits 1 with a sentence for each breach.
// `--write` adds new schema files to released.json and changes nothing that is there; `--write --unreleased` records all of
// them anew, for schemas that no journal holds events of.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import avro from 'avsc';
import { fingerprintOf, formatFingerprint } from '../packages/events/src/fingerprint.ts';

const SCHEMAS = 'schemas/avro';
const RELEASED = `${SCHEMAS}/released.json`;

/** Every schema file, by event, oldest version first. */
function readSchemas() {
  const events = new Map();
  for (const aggregate of readdirSync(SCHEMAS, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
    for (const file of readdirSync(join(SCHEMAS, aggregate.name))) {
      const path = join(SCHEMAS, aggregate.name, file);
      const [, name, version] = /^(\w+)\.v([1-9]\d*)\.avsc$/.exec(file) ?? [];
      if (name === undefined) throw new Error(`${path}: a schema file is named <Event>.v<N>.avsc`);
      const schema = JSON.parse(readFileSync(path, 'utf8'));
      const versions = events.get(name) ?? [];
      versions.push({
        name,
        version: Number(version),
        key: `${name}.v${version}`,
        path,
        schema,
        aggregate: aggregate.name,
      });
      events.set(name, versions);
    }
  }
  for (const versions of events.values()) versions.sort((a, b) => a.version - b.version);
  return [...events.values()].sort((a, b) => (a[0].name < b[0].name ? -1 : 1));
}

/** Defaults and the types we add do not enter the fingerprint, yet change what a reader gets; words for people do not. */
function identityOf(schema) {
  const withoutDoc = JSON.stringify(schema, (key, value) =>
    key === 'doc' && typeof value === 'string' ? undefined : value,
  );
  return {
    fingerprint: formatFingerprint(fingerprintOf(schema)),
    sha256: createHash('sha256').update(withoutDoc).digest('hex'),
  };
}

function readReleased() {
  try {
    return JSON.parse(readFileSync(RELEASED, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return {};
    throw error;
  }
}

function* gaps(versions) {
  for (const [index, { version, path }] of versions.entries()) {
    if (version !== index + 1) {
      yield `${path}: version ${index + 1} is missing; versions count up from 1 without gaps`;
      return;
    }
  }
  if (versions[0].aggregate === 'metadata' && versions.length > 1) {
    yield `${versions[1].path}: metadata bytes carry no fingerprint, so there can be one version of them only`;
  }
}

function* unreadable(versions) {
  const newest = versions.at(-1);
  for (const older of versions.slice(0, -1)) {
    try {
      const reader = avro.Type.forSchema(newest.schema, { registry: {} });
      reader.createResolver(avro.Type.forSchema(older.schema, { registry: {} }));
    } catch (error) {
      yield `${newest.path}: cannot read events of version ${older.version} (${error.message}); a new field needs a default`;
    }
  }
}

function* edits({ key, path, version, name, schema }, released) {
  const before = released[key];
  if (before === undefined) {
    yield `${path}: is not in ${RELEASED}; run \`node scripts/check-schemas.mjs --write\` and commit it`;
    return;
  }
  const now = identityOf(schema);
  if (before.fingerprint === now.fingerprint && before.sha256 === now.sha256) return;
  const what = before.fingerprint === now.fingerprint ? 'a default or an attribute' : 'what its bytes mean';
  yield `${path}: was edited after its release (${what} changed); restore it and add ${name}.v${version + 1}.avsc instead`;
}

function* twins(schemas) {
  const seen = new Map();
  for (const { path, schema } of schemas) {
    const { fingerprint } = identityOf(schema);
    if (seen.has(fingerprint))
      yield `${path}: its bytes cannot be told from those of ${seen.get(fingerprint)} (equal fingerprints)`;
    seen.set(fingerprint, path);
  }
}

function* removed(schemas, released) {
  const present = new Set(schemas.map(({ key }) => key));
  for (const key of Object.keys(released)) {
    if (!present.has(key)) yield `${SCHEMAS}: ${key} was released and its file is gone; restore it, old events need it`;
  }
}

function write(schemas, released) {
  const kept = process.argv.includes('--unreleased') ? {} : released;
  const next = { ...kept };
  for (const { key, schema } of schemas) next[key] ??= identityOf(schema);
  const order = Object.keys(next).sort();
  writeFileSync(RELEASED, `${JSON.stringify(Object.fromEntries(order.map((key) => [key, next[key]])), null, 2)}\n`);
  return next;
}

const events = readSchemas();
const schemas = events.flat();
const before = readReleased();
const released = process.argv.includes('--write') ? write(schemas, before) : before;
const breaches = [
  ...events.flatMap((versions) => [...gaps(versions), ...unreadable(versions)]),
  ...schemas.flatMap((schema) => [...edits(schema, released)]),
  ...twins(schemas),
  ...removed(schemas, released),
];
for (const breach of breaches) console.error(breach);
if (breaches.length > 0) process.exit(1);
console.log(`${schemas.length} released schemas, none edited, each readable by the newest version`);
