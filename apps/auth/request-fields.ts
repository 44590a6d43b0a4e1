// Bodies of the OAuth routes: forms and JSON alike, and nothing at all where a client sends nothing.
import { type TOptional, type TString, Type } from '@sinclair/typebox';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { missingParam } from './refusals.js';

export type Fields = Readonly<Record<string, string | undefined>>;

/** Texts, none of which has to be there: what a request needs depends on what it asks for. Others are passed over. */
export function fieldsSchema<Name extends string>(...names: readonly Name[]) {
  const properties = Object.fromEntries(names.map((name) => [name, Type.Optional(Type.String())]));
  return Type.Object(properties as Record<Name, TOptional<TString>>);
}

/** @param scope of these routes alone: elsewhere a body that is named and missing is refused */
export function acceptEmptyBodies(scope: FastifyInstance): void {
  const json = scope.getDefaultJsonParser('error', 'error');
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body: string, done) => {
    // Some clients name a type for a body that they leave empty.
    if (body === '') done(null, undefined);
    else json(request, body, done);
  });
  scope.addContentTypeParser('*', { parseAs: 'string' }, (_, _body, done) => done(null, undefined));
}

export function isJson(request: FastifyRequest): boolean {
  return request.headers['content-type']?.startsWith('application/json') === true;
}

/** @throws ProblemError, 400, where it is missing or empty */
export function required(value: string | undefined, name: string): string {
  if (value === undefined || value === '') throw missingParam(name);
  return value;
}

/** Where a request comes from. @param proxies how many of ours stand before us: each has added the address that it saw */
export function addressOf(request: FastifyRequest, proxies: number): string {
  if (proxies === 0) return request.ip;
  const seen = String(request.headers['x-forwarded-for'] ?? '').split(',');
  return seen.at(-proxies)?.trim() || request.ip;
}
