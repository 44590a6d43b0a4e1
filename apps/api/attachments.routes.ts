// POST /attachment/upload, /attachment/register and /attachment/deregister (customer API, section 9).
import { type ClientOf, holdsCardNumber, type transactionsContract } from '@tallystick/contracts';
import {
  attachmentShown,
  badParam,
  type CustomerDoor,
  missingParam,
  refusalOf,
  sendJson,
} from '@tallystick/customer-api';
import type { AttachmentId } from '@tallystick/ledger-core';
import type { Random } from '@tallystick/transport';
import { ProblemError } from '@tallystick/transport/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  attachmentAnswer,
  deregisterBody,
  emptyAnswer,
  registerBody,
  uploadAnswer,
  uploadBody,
} from './attachments.schemas.js';
import { unlessErased } from './customer-keys.js';
import { type OwnedTransactions, writerOf } from './owned-transactions.js';
import { FILE_BYTES_MAX, type Full, type Uploads } from './uploads.js';

export interface AttachmentRoutesPorts {
  readonly ownedTransactions: OwnedTransactions;
  readonly transactions: Pick<ClientOf<typeof transactionsContract>, 'registerAttachment' | 'deregisterAttachment'>;
  readonly uploads: Uploads;
  readonly random: Random;
  /** Where programs find this API; where it is not said, where the request went. */
  readonly publicUrl: string | undefined;
}

const NAME_LENGTH = 255;
const ADDRESS_LENGTH = 2_048;
const MEDIA_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}(\s*;[\x20-\x7e]{0,127})?$/i;
const OUR_FILE = /\/attachments\/files\/([a-z]{32})$/;
const BODY_BYTES = 16 * 1024;

export class AttachmentRoutes {
  constructor(
    private readonly door: CustomerDoor,
    private readonly ports: AttachmentRoutesPorts,
  ) {
    this.addUpload();
    this.addRegister();
    this.addDeregister();
  }

  private addUpload(): void {
    this.door.add({
      method: 'POST',
      url: '/attachment/upload',
      summary: 'Ask where to upload a file; `upload_url` takes its bytes once, for fifteen minutes',
      refusals: [412],
      form: true,
      bodyLimit: BODY_BYTES,
      schemas: { body: uploadBody, response: { 200: uploadAnswer } },
      handle: async (customer, request, reply) => {
        const { file_name, file_type, content_length } = request.body;
        const fileName = named('file_name', file_name, NAME_LENGTH);
        const declared = { fileName, fileType: typed(file_type), length: lengthOf(content_length) };
        const origin = originOf(request, this.ports.publicUrl);
        const begun = await unlessErased(() => this.ports.uploads.begin(customer.userId, declared));
        if ('waitSeconds' in begun) throw full(begun, reply);
        const { file, upload } = begun;
        return sendJson(reply, {
          file_url: `${origin}/attachments/files/${file}`,
          upload_url: `${origin}/attachments/upload/${file}/${upload}`,
        });
      },
    });
  }

  private addRegister(): void {
    this.door.add({
      method: 'POST',
      url: '/attachment/register',
      summary: 'Put a file beside a transaction; one that lies elsewhere is never fetched',
      refusals: [404, 412],
      form: true,
      bodyLimit: BODY_BYTES,
      schemas: { body: registerBody, response: { 200: attachmentAnswer } },
      handle: async (customer, request, reply) => {
        const { ownedTransactions, transactions, random } = this.ports;
        const { external_id, file_url, file_type } = request.body;
        if (external_id === '') throw missingParam('external_id');
        const file = { fileUrl: addressed(file_url), fileType: typed(file_type) };
        const { transaction } = await ownedTransactions.one(customer, external_id);
        await this.keep(file.fileUrl, customer.userId, request);
        const { id: transactionId, accountId } = transaction;
        const of = { accountId, transactionId, ...writerOf(customer, random) };
        const done = await transactions.registerAttachment({ ...of, ...file }, customer.context);
        if (done.kind === 'rejected') throw refusalOf(done.rejection);
        const { attachmentId: id, created, position } = done;
        await this.door.written(position, customer, reply);
        const { userId } = customer;
        return sendJson(reply, { attachment: attachmentShown({ id, userId, transactionId, ...file, created }) });
      },
    });
  }

  private addDeregister(): void {
    this.door.add({
      method: 'POST',
      url: '/attachment/deregister',
      summary: 'Take a file away that was put beside a transaction',
      refusals: [404],
      form: true,
      bodyLimit: BODY_BYTES,
      schemas: { body: deregisterBody, response: { 200: emptyAnswer } },
      handle: async (customer, { body }, reply) => {
        if (body.id === '') throw missingParam('id');
        const { transactions, random } = this.ports;
        const asked = { attachmentId: body.id as AttachmentId, ...writerOf(customer, random) };
        const done = await transactions.deregisterAttachment(asked, customer.context);
        if (done.kind === 'rejected') throw refusalOf(done.rejection);
        await this.door.written(done.position, customer, reply);
        return sendJson(reply, {});
      },
    });
  }

  /** A file of ours must be whole before it is shown; by whatever name of this host it is called. */
  private async keep(fileUrl: string, userId: string, request: FastifyRequest): Promise<void> {
    const [, file] = OUR_FILE.exec(fileUrl) ?? [];
    if (file === undefined || (await this.ports.uploads.keep(file, userId))) return;
    if (fileUrl.startsWith(`${originOf(request, this.ports.publicUrl)}/`))
      throw badParam('file_url', 'nothing was uploaded to file_url');
  }
}

function full({ waitSeconds }: Full, reply: FastifyReply): ProblemError {
  void reply.header('retry-after', String(waitSeconds));
  return new ProblemError({
    status: 429,
    code: 'too_many_requests.upload_bytes',
    message: 'the user has uploaded as much as may be uploaded in a day',
    retryable: true,
  });
}

/** Without a slash at its end. @throws ProblemError, 400 */
function originOf(
  { protocol, host }: Pick<FastifyRequest, 'protocol' | 'host'>,
  publicUrl: string | undefined,
): string {
  if (publicUrl !== undefined && publicUrl !== '') return publicUrl.replace(/\/+$/, '');
  if (!/^[A-Za-z0-9.:_[\]-]{1,255}$/.test(host)) throw badParam('host', 'the Host header names no host');
  return `${protocol}://${host}`;
}

function named(name: string, text: string, length: number): string {
  if (text === '') throw missingParam(name);
  if (text.length > length) throw badParam(name, `${name} has at most ${length} characters`);
  // Sealed or not, no card number is stored.
  if (holdsCardNumber(text)) throw badParam(name, `${name} looks like a card number`);
  return text;
}

function typed(text: string): string {
  const type = named('file_type', text, NAME_LENGTH);
  if (!MEDIA_TYPE.test(type)) throw badParam('file_type', 'file_type must be a media type such as image/png');
  return type;
}

function addressed(text: string): string {
  const address = named('file_url', text, ADDRESS_LENGTH);
  if (!/^https?:\/\/[^\s\p{Cc}]+$/iu.test(address) || !URL.canParse(address))
    throw badParam('file_url', 'file_url must be an absolute http or https address');
  return address;
}

/** Of a form, a text of digits; of JSON, perhaps a number; null where it is not given. */
function lengthOf(given: string | number | null | undefined): number | null {
  if (given === undefined || given === null || given === '') return null;
  const length = typeof given === 'number' ? given : /^\d{1,9}$/.test(given) ? Number(given) : Number.NaN;
  if (Number.isInteger(length) && length >= 1 && length <= FILE_BYTES_MAX) return length;
  throw badParam('content_length', `content_length must be 1 to ${FILE_BYTES_MAX} bytes`);
}
