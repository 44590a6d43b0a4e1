// How right the merchant catalogue is, printed: on labelled synthetic purchases, on real descriptors labelled by hand, and how much of
// the real ones each kind of rule decides. Options: --data FOLDER (default ../shared/data), --seed N, --no-build.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';

const root = resolve(import.meta.dirname, '..');
const { values } = parseArgs({
  options: {
    data: { type: 'string', default: join(root, '..', 'shared', 'data') },
    seed: { type: 'string', default: '20260101' },
    'no-build': { type: 'boolean', default: false },
  },
});
const data = resolve(values.data);
const seed = Number(values.seed);

if (!values['no-build']) {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-b', 'apps'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(3);
}
const load = (name) => import(join(root, 'dist', 'apps', 'merchant', name));
const { Catalogue } = await load('catalogue.js');
const { CATALOGUE_VERSION, registryRules } = await load('registry/registry.js');
const { learnRules } = await load('learn-rules.js');
const { handChecked } = await load('quality/hand-checked.js');
const { scoreOf } = await load('quality/score.js');

/** The synthetic categories as ours; what says nothing is left out. */
const SYNTHETIC_CATEGORIES = {
  grocery_pos: 'groceries',
  grocery_net: 'groceries',
  gas_transport: 'transport',
  shopping_pos: 'shopping',
  shopping_net: 'shopping',
  home: 'shopping',
  food_dining: 'eating_out',
  entertainment: 'entertainment',
  travel: 'holidays',
  kids_pets: 'family',
  personal_care: 'personal_care',
  health_fitness: 'health',
  misc_pos: 'general',
  misc_net: 'general',
};

const catalogue = new Catalogue(CATALOGUE_VERSION, registryRules);
console.log(
  `catalogue ${CATALOGUE_VERSION}: ${registryRules.length} rules, ${brandsIn(registryRules)} merchants; seed ${seed}`,
);
synthetic();
byHand();
real();

function synthetic() {
  const rows = rowsOf('synthetic/sparkov.csv.gz');
  if (rows === undefined) return;
  const random = randomOf(seed);
  const named = rows.filter(({ merchant }) => merchant !== '');
  const purchases = shuffled(named, random).map((row) => {
    const name = row.merchant.replace(/^fraud_/, '');
    return { name, descriptor: noisy(name, row, random), category: SYNTHETIC_CATEGORIES[row.category] };
  });
  const half = Math.floor(purchases.length / 2);
  const examples = purchases.slice(0, half).map((each) => ({ ...each, category: each.category ?? 'general' }));
  const rules = learnRules(examples, { source: 'sparkov' });
  const learned = new Catalogue(`${CATALOGUE_VERSION}+learned`, rules);
  const labelled = purchases.slice(half).map(({ name, descriptor, category }) => ({
    merchant: merchantOf(descriptor),
    names: [name],
    categories: category === undefined ? [] : [category],
    weight: 1,
  }));
  const merchants = new Set(purchases.map(({ name }) => name)).size;
  heading(`synthetic: ${purchases.length} purchases of ${merchants} merchants with noise, such as`);
  for (const { name, descriptor } of purchases.slice(0, 4)) console.log(`  ${JSON.stringify(descriptor)} (${name})`);
  console.log(`${rules.length} rules learned from ${half}, measured on the other ${labelled.length}`);
  print(scoreOf(labelled, (merchant) => learned.match(merchant)));
  unseen(purchases);
}

/** Whom the rules of half of the merchants take the purchases of the others for. */
function unseen(purchases) {
  const names = [...new Set(purchases.map(({ name }) => name))];
  const known = new Set(names.slice(0, Math.floor(names.length / 2)));
  const examples = purchases.filter(({ name }) => known.has(name));
  const rules = learnRules(
    examples.map((each) => ({ ...each, category: each.category ?? 'general' })),
    { source: 'sparkov-half' },
  );
  const learned = new Catalogue(`${CATALOGUE_VERSION}+half`, rules);
  const others = purchases.filter(({ name }) => !known.has(name));
  const taken = others.filter(({ descriptor }) => learned.match(merchantOf(descriptor)).rule !== 'derived');
  heading(`rules of ${known.size} of the merchants only: the others' ${others.length} purchases`);
  console.log(`  taken for a merchant that they are not: ${percent(taken.length / others.length)}`);
}

function byHand() {
  const labelled = handChecked.map(({ descriptor, rows, imported, names, categories }) => ({
    merchant: merchantOf(descriptor, imported),
    names,
    categories,
    weight: rows,
  }));
  const rows = labelled.reduce((sum, { weight }) => sum + weight, 0);
  heading(`labelled by hand: ${labelled.length} real descriptors of ${rows} rows, weighted by rows`);
  print(scoreOf(labelled, (merchant) => catalogue.match(merchant)));
  console.log('each descriptor once');
  print(
    scoreOf(
      labelled.map((each) => ({ ...each, weight: 1 })),
      (merchant) => catalogue.match(merchant),
    ),
  );
}

function real() {
  const rows = rowsOf('cards/uk-purchase-cards-2014-2016.csv.gz');
  if (rows === undefined) return;
  const rules = new Map();
  const evidence = new Map();
  const began = performance.now();
  for (const { merchant_name, cac1_desc } of rows) {
    const match = catalogue.match(merchantOf(merchant_name, cac1_desc));
    count(rules, match.rule.split(/[: ]/)[0]);
    count(evidence, match.category === 'general' ? 'general' : match.evidence.split(':')[0]);
  }
  const seconds = (performance.now() - began) / 1000;
  heading(`all ${rows.length} real rows, ${new Set(rows.map((row) => row.merchant_name)).size} descriptors`);
  console.log(`  ${Math.round(rows.length / seconds)} rows/s`);
  for (const [kind, n] of byCount(rules)) console.log(`  merchant by ${kind.padEnd(10)} ${percent(n / rows.length)}`);
  for (const [kind, n] of byCount(evidence))
    console.log(`  category by ${kind.padEnd(10)} ${percent(n / rows.length)}`);
}

/** As terminals and networks write names: capitals, numbers, places, facilitators, cut. */
function noisy(name, { city, state }, random) {
  const chance = (share) => random() < share;
  const one = (choices) => choices[Math.floor(random() * choices.length)];
  let text = chance(0.4) ? name.replaceAll(/[,-]/g, ' ') : name;
  if (chance(0.3)) text = text.replaceAll(' and ', ' & ');
  if (chance(0.35)) text += one([' #', ' ', ' - ']) + Math.floor(random() * 10_000);
  if (chance(0.5)) text += `${chance(0.3) ? '   ' : ' '}${city} ${state}`;
  if (chance(0.12)) text = one(['SQ *', 'PAYPAL *', 'IZ *', 'SUMUP *', 'SP * ']) + text;
  if (chance(0.7)) text = text.toUpperCase();
  return chance(0.6) ? text.slice(0, one([22, 25])) : text;
}

function merchantOf(descriptor, category = null) {
  return { descriptor, mcc: null, category, country: null };
}

function rowsOf(file) {
  const path = join(data, file);
  if (existsSync(path)) return parse(gunzipSync(readFileSync(path)), { columns: true });
  console.error(`\nSKIPPED: ${file} is not in ${data} (--data FOLDER)`);
  return undefined;
}

function print({ bands, ...shares }) {
  for (const [name, share] of Object.entries(shares))
    if (!Number.isNaN(share)) console.log(`  ${name.padEnd(18)} ${percent(share)}`);
  for (const { from, weight, meanConfidence, precision } of bands)
    console.log(
      `  confidence ${String(from).padStart(3)}+ means ${meanConfidence.toFixed(0).padStart(3)}, is right ${percent(precision)} of ${weight}`,
    );
}

function heading(text) {
  console.log(`\n${text}`);
}

function percent(share) {
  return `${(share * 100).toFixed(2).padStart(6)} %`;
}

function brandsIn(rules) {
  return new Set(rules.map(({ brand }) => brand?.merchantId)).size;
}

function count(counts, key) {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function byCount(counts) {
  return [...counts].sort(([, left], [, right]) => right - left);
}

function shuffled(list, random) {
  const copy = [...list];
  for (let i = copy.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [copy[i], copy[j]] = [copy[j], copy[i]];
  }
  return copy;
}

/** mulberry32: the same numbers for the same seed, anywhere. */
function randomOf(start) {
  let state = start >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
