// Clearing files over HTTP, whole, for a bank that runs: docs/clearing.md. Their bytes stay in memory, as they have card numbers in them.
import { Inject, Injectable } from '@nestjs/common';
import { Type } from '@sinclair/typebox';
import { type ClientOf, ledgerContract } from '@tallystick/contracts';
import { contextsOf } from '@tallystick/transport';
import { clientOf } from '@tallystick/transport/nest';
import { HttpRoutes, ProblemError } from '@tallystick/transport/service';
import { BadClearingFile } from './bad-clearing-file.js';
import { ClearingFiles } from './clearing-files.js';
import { type ClearingClients, type ClearingFileReport, importClearing } from './clearing-import.js';
import { bytesSource } from './clearing-source.js';

const FILE_BYTES_MAX = 64 * 1024 * 1024;
/** What messages call a file whose name nobody knows. */
const NAME = 'the file';

const amount = Type.String({ description: 'minor units' });
const answer = Type.Object({
  file_id: Type.String(),
  scheme: Type.String(),
  business_date: Type.String(),
  there_before: Type.Boolean(),
  presentments: Type.Integer(),
  posted: Type.Integer(),
  repeated: Type.Integer(),
  exceptions: Type.Record(Type.String(), Type.Integer()),
  exception_records: Type.Array(Type.Object({ record: Type.Integer(), reason: Type.String() })),
  totals: Type.Array(Type.Object({ currency: Type.String(), debits: amount, credits: amount })),
  matches: Type.Array(Type.Object({ way: Type.String(), confidence: Type.Integer(), count: Type.Integer() })),
});

const contextFor = contextsOf('service:card-gateway');

@Injectable()
export class ClearingRoutes {
  private readonly clients: ClearingClients;

  constructor(
    @Inject(HttpRoutes) routes: HttpRoutes,
    @Inject(ClearingFiles) files: ClearingFiles,
    @Inject(clientOf(ledgerContract)) ledger: ClientOf<typeof ledgerContract>,
  ) {
    this.clients = {
      cardProcessing: {
        readClearing: async (request) => files.read(request),
        postClearing: (request, context) => files.post(request, context),
      },
      ledger,
    };
    routes.addOfBytes({
      method: 'POST',
      url: '/gateway/clearing-files',
      summary: 'Take in a day of presentments: checked whole, then each posted once',
      schemas: { response: { 200: answer } },
      bodyLimit: FILE_BYTES_MAX,
      handle: async ({ body }) => this.take(body),
    });
  }

  /** @throws ProblemError where the file is wrong: nothing of it was posted */
  private async take(bytes: Buffer) {
    // Whoever sent it may be gone: the file is taken in to its end, or as far as this process lives.
    const { signal } = new AbortController();
    const context = () => contextFor('clearing-file', 'clearing-file');
    try {
      const { files } = await importClearing([bytesSource(NAME, bytes)], this.clients, {
        signal,
        context,
        onProgress: () => {},
      });
      return files.map(shown)[0];
    } catch (error) {
      if (!(error instanceof BadClearingFile)) throw error;
      throw new ProblemError({ status: 400, code: 'bad_request.clearing_file', message: error.message });
    }
  }
}

function shown({ file: _, totals, ...report }: ClearingFileReport) {
  return {
    ...report,
    totals: totals.map(({ currency, debits, credits }) => ({ currency, debits: `${debits}`, credits: `${credits}` })),
  };
}
