// npm start: installs if needed, builds if stale, starts the bank. Arguments go to `tallystick start --demo`.

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { continueOnBundledNode, ensureBuilt, ensureInstalled, ROOT } from './prepare.mjs';

ensureInstalled();
await continueOnBundledNode();
ensureBuilt();
const main = join(ROOT, 'dist', 'apps', 'cli', 'main.js');
process.argv = [process.execPath, main, 'start', '--demo', ...process.argv.slice(2)];
await import(pathToFileURL(main).href);
