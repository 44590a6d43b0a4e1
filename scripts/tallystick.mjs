#!/usr/bin/env node
// The command `tallystick`. Its standard output is the program's alone: what happens here is told on standard error.

import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { continueOnBundledNode, ensureBuilt, ensureInstalled, ROOT } from './prepare.mjs';

ensureInstalled();
await continueOnBundledNode(fileURLToPath(import.meta.url));
ensureBuilt();
const main = join(ROOT, 'dist', 'apps', 'cli', 'main.js');
process.argv = [process.execPath, main, ...process.argv.slice(2)];
await import(pathToFileURL(main).href);
