// Records what services ask of each other as that of a release: from then on they may only be added to (packages/contracts/released.json,
// compared by `npm test`). To be run when a release is made.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './prepare.mjs';

const contracts = await import('../packages/contracts/dist/index.js');
const methods = {};
for (const contract of Object.values(contracts).filter(
  (each) => typeof each === 'object' && each !== null && 'methods' in each,
))
  for (const [name, { request, response }] of Object.entries(contract.methods))
    methods[`${contract.name}.${name}`] = {
      request: contracts.jsonSchemaOf(request),
      response: contracts.jsonSchemaOf(response),
    };
const lines = Object.entries(methods)
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([name, method]) => `${JSON.stringify(name)}:${JSON.stringify(method)}`);
writeFileSync(join(ROOT, 'packages/contracts/released.json'), `{\n${lines.join(',\n')}\n}\n`);
console.log(`${lines.length} methods`);
