// npm test: installs if needed, checks the types, runs jest. Arguments go to jest: `npm test -- packages/ledger-core`.

import { spawn } from 'node:child_process';
import { continueOnBundledNode, ensureInstalled, ROOT, runNode } from './prepare.mjs';

ensureInstalled();
await continueOnBundledNode();
runNode(['node_modules/typescript/bin/tsc', '-b'], 'the types do not fit together');
const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
const jest = spawn(process.execPath, [...flags, 'node_modules/jest/bin/jest.js', ...process.argv.slice(2)], {
  cwd: ROOT,
  stdio: 'inherit',
});
jest.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
