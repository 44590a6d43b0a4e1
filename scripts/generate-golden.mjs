// Writes the bytes of a sample of each released schema version into packages/events/src/golden/golden.json, as avsc's own
// types encode them: the codec is compared with bytes that it did not make. Bytes that are there already are kept for ever;
// `--unreleased` makes all of them again, for schemas that were not released yet.
import { readFileSync, writeFileSync } from 'node:fs';
import avro from 'avsc';
import { fingerprintOf } from '../packages/events/src/fingerprint.ts';
import { catalogue } from '../packages/events/src/generated/catalogue.ts';
import { messageCatalogue } from '../packages/events/src/generated/messages.ts';
import { sampleOf } from '../packages/events/src/golden/sample.ts';

const GOLDEN = 'packages/events/src/golden/golden.json';

const long = avro.types.LongType.__with({
  fromBuffer: (bytes) => bytes.readBigInt64LE(),
  toBuffer: (value) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(value);
    return bytes;
  },
  fromJSON: BigInt,
  toJSON: Number,
  isValid: (value) => typeof value === 'bigint',
  compare: (a, b) => (a < b ? -1 : a > b ? 1 : 0),
});

function header(schema, aggregate) {
  if (aggregate === 'metadata') return Buffer.alloc(0);
  const bytes = Buffer.from('c3010000000000000000', 'hex');
  const { low, high } = fingerprintOf(schema);
  bytes.writeUInt32LE(low, 2);
  bytes.writeUInt32LE(high, 6);
  return bytes;
}

function goldenBytes({ schema: text, aggregate }, kind) {
  const schema = JSON.parse(text);
  const typeHook = (inner) => (inner === 'long' || inner.type === 'long' ? long : undefined);
  const type = avro.Type.forSchema(schema, { registry: {}, typeHook });
  return Buffer.concat([header(schema, aggregate), type.toBuffer(sampleOf(schema, kind))]).toString('hex');
}

function readGolden() {
  if (process.argv.includes('--unreleased')) return {};
  try {
    return JSON.parse(readFileSync(GOLDEN, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return {};
    throw error;
  }
}

const known = readGolden();
const golden = {};
for (const released of [...catalogue, ...messageCatalogue]) {
  const name = `${released.name}.v${released.version}`;
  golden[name] = known[name] ?? { full: goldenBytes(released, 'full'), bare: goldenBytes(released, 'bare') };
}
for (const name of Object.keys(known)) golden[name] ??= known[name];
writeFileSync(GOLDEN, `${JSON.stringify(golden, null, 2)}\n`);
console.log(`${Object.keys(golden).length - Object.keys(known).length} added, ${Object.keys(known).length} kept`);
