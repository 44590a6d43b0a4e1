// Where the bytes of uploaded files go and come from: by URLs that nobody guesses, without a bearer token (customer API, section 9).
import { Readable } from 'node:stream';
import { Type } from '@sinclair/typebox';
import { notFound } from '@tallystick/customer-api';
import type { HttpRoutes } from '@tallystick/transport/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { emptyAnswer } from './attachments.schemas.js';
import { unlessErased } from './customer-keys.js';
import { FILE_BYTES_MAX, type OpenFile, type UploadPlace, type Uploads } from './uploads.js';

const secret = Type.String({ minLength: 1, maxLength: 64 });
const fileParams = Type.Object({ file: secret });
const uploadParams = Type.Object({ file: secret, upload: secret });
const anyBytes = Type.Unknown({ description: 'the bytes of the file, of the declared type and length' });
/** Beside those of what the request must be: the bank may be out of order. */
const OUT_OF_ORDER = [500, 503, 504];

export class FileRoutes {
  constructor(
    private readonly routes: HttpRoutes,
    private readonly uploads: Uploads,
  ) {
    this.addUpload('PUT');
    this.addUpload('POST');
    this.addFile();
  }

  private addUpload(method: 'PUT' | 'POST'): void {
    this.routes.addOfBytes({
      method,
      url: '/attachments/upload/:file/:upload',
      summary: 'Upload the bytes of a file, once',
      refusals: [400, 403, 412, 413, 414, 415, ...OUT_OF_ORDER],
      bodyLimit: FILE_BYTES_MAX,
      contentType: '*',
      schemas: { params: uploadParams, body: anyBytes, response: { 200: emptyAnswer } },
      // Before ten megabytes of anybody are read.
      before: async (request) => {
        const length = request.headers['content-length'];
        await this.uploads.admit(placeOf(request), typeOf(request), length === undefined ? undefined : Number(length));
      },
      handle: async (request) => {
        const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
        await unlessErased(() => this.uploads.store(placeOf(request), typeOf(request), bytes));
        return {};
      },
    });
  }

  private addFile(): void {
    this.routes.add({
      method: 'GET',
      url: '/attachments/files/:file',
      summary: 'An uploaded file, once all of it has arrived',
      refusals: [400, 404, 414, ...OUT_OF_ORDER],
      otherTypes: { '*/*': [200] },
      schemas: { params: fileParams, response: {} },
      handle: async ({ params }, reply) => {
        const file = await this.uploads.open(params.file);
        if (file === undefined) throw notFound('file');
        return send(file, reply);
      },
    });
  }
}

/** What a customer uploaded is never run as a page of the bank's: it is for saving, or for an image in somebody else's page. */
function send({ name, type, length, bytes }: OpenFile, reply: FastifyReply): FastifyReply {
  return reply
    .headers({
      'content-type': type,
      'content-length': String(length),
      'content-disposition': disposition(name),
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'cache-control': 'private, max-age=3600',
    })
    .send(Readable.from(bytes()));
}

/** The name in ASCII, for whoever knows no other, and whole (RFC 6266, 4.3). */
function disposition(name: string): string {
  const plain = name.replaceAll(/[^\x20-\x7e]|["\\%/;]/g, '_');
  const whole = encodeURIComponent(name).replaceAll(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return `attachment; filename="${plain}"; filename*=UTF-8''${whole}`;
}

function placeOf({ params }: FastifyRequest): UploadPlace {
  const { file, upload } = params as UploadPlace; // as checked by the schema, or only compared
  return { file, upload };
}

function typeOf({ headers }: FastifyRequest): string | undefined {
  return headers['content-type'];
}
