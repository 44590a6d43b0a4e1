// Starts the whole bank on the embedded engine: `node dist/apps/bank/main.js`.
import 'reflect-metadata';
import { Type } from '@sinclair/typebox';
import { loadConfiguration } from '@tallystick/transport/service';
import { serveBank } from './bank.js';

const configuration = loadConfiguration(
  Type.Object({
    data: Type.String({ default: './data' }),
    host: Type.String({ default: '127.0.0.1' }),
    port: Type.Integer({ default: 8080, minimum: 0, maximum: 65_535 }),
    bookZone: Type.String({ default: 'Europe/London' }),
  }),
  { environment: process.env },
);
const report = (error: unknown) => console.error(error);
const bank = await serveBank({
  folder: configuration.data,
  host: configuration.host,
  port: configuration.port,
  bookZone: configuration.bookZone,
  calls: 'direct',
  report,
});
console.log(bank.url);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void bank.close());
