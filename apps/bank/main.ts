// Starts the whole bank on the embedded engine: `node dist/apps/bank/main.js`.
import 'reflect-metadata';
import { Type } from '@sinclair/typebox';
import { loadConfiguration } from '@tallystick/transport/service';
import { serveBank } from './bank.js';
import { FolderInUse } from './folder-lock.js';

/** As the command line's. */
const COULD_NOT_RUN = 3;

const configuration = loadConfiguration(
  Type.Object({
    data: Type.String({ default: './data' }),
    host: Type.String({ default: '127.0.0.1' }),
    port: Type.Integer({ default: 8080, minimum: 0, maximum: 65_535 }),
    edgePort: Type.Integer({ default: 8090, minimum: 0, maximum: 65_535 }),
    edgeRate: Type.Integer({ default: 10, minimum: 1 }),
    secondStack: Type.Boolean({ default: false }),
    iso8583Port: Type.Integer({ default: 8583, minimum: 0, maximum: 65_535 }),
    bookZone: Type.String({ default: 'Europe/London' }),
    webhooks: Type.Object(
      {
        allowPrivateAddresses: Type.Boolean({ default: false }),
        allowedNetworks: Type.Array(Type.String(), { default: [] }),
      },
      { default: {} },
    ),
  }),
  { environment: process.env },
);
const report = (error: unknown) => console.error(error);
const { data: folder, ...doors } = configuration;
const bank = await serveBank({ folder, ...doors, calls: 'direct', report }).catch((error: unknown) => {
  if (!(error instanceof FolderInUse)) throw error;
  console.error(`error: ${error.message}`);
  process.exit(COULD_NOT_RUN);
});
console.log(`${bank.url}\n${bank.edgeUrl}`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void bank.close());
