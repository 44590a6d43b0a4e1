// npm run conformance: the scenarios of apps/card-network/conformance over TCP and HTTP against a running bank (--url, --iso8583, --staff-token), or
// one that is started for them. docs/conformance.md says how, and what exit codes mean.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { continueOnBundledNode, ensureBuilt, ensureInstalled, ROOT } from './prepare.mjs';

ensureInstalled();
await continueOnBundledNode();
ensureBuilt();
await import(pathToFileURL(join(ROOT, 'dist', 'apps', 'card-network', 'conformance', 'main.js')).href);
