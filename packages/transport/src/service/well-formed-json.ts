import type { FastifyInstance } from 'fastify';
import { ProblemError } from './problem.js';

/** Only an escape brings half of a surrogate pair into parsed JSON: bodies are read as UTF-8, which has none. */
const SURROGATE_ESCAPE = /\\u[dD][89a-fA-F]/;

/**
 * Refuses JSON whose texts are no Unicode, such as "\ud800": nothing behind the edge could store them. Everything else is parsed as
 * Fastify parses it.
 */
export function refuseIllFormedText(fastify: FastifyInstance): void {
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeContentTypeParser('application/json');
  fastify.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body: string, done) => {
    parse(request, body, (error, value) => {
      if (error === null && SURROGATE_ESCAPE.test(body) && !isWellFormed(value)) return done(illFormed());
      done(error, value);
    });
  });
}

function illFormed(): ProblemError {
  const message = 'a text has half of a surrogate pair';
  return new ProblemError({ status: 400, code: 'bad_request.ill_formed_text', message });
}

/** All texts in a parsed JSON value, names of fields included. */
function isWellFormed(value: unknown): boolean {
  const waiting: unknown[] = [value];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (typeof next === 'string' && !next.isWellFormed()) return false;
    if (typeof next !== 'object' || next === null) continue;
    for (const [name, member] of Object.entries(next)) waiting.push(name, member);
  }
  return true;
}
