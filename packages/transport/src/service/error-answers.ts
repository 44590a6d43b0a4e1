// Every way in which Fastify can end a request without its route's answer leads to one kind of body.

import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { ExceptionFilter } from '@nestjs/common';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { ReportUnexpected } from '../call-failed.js';
import { newTraceparent, type Random } from '../traceparent.js';
import { INTERNAL, NOT_FOUND, type Problem, problemBody, problemOf } from './problem.js';
import type { RouteTable } from './route-table.js';

const FORGOTTEN_BYTES_MAX = 32 * 1024 * 1024;

/** Answers with the problem that an error stands for; one that callers must not see is reported. */
export function sendError(error: unknown, where: string, reply: FastifyReply, report: ReportUnexpected): void {
  const problem = problemOf(error);
  if (problem === undefined) report(error, where);
  sendProblem(problem ?? INTERNAL, reply);
}

function sendProblem(problem: Problem, reply: FastifyReply): void {
  reply
    .code(problem.status)
    .type('application/json; charset=utf-8')
    .serializer(JSON.stringify)
    .send(problemBody(problem));
}

/** Installs the handlers of errors and of unknown paths. */
export function answerErrors(fastify: FastifyInstance, routes: RouteTable, report: ReportUnexpected): void {
  const sendNothingHere = (url: string, reply: FastifyReply) => {
    const allowed = routes.methodsAt(url);
    if (allowed.length === 0) return sendProblem(NOT_FOUND, reply);
    const message = `this path answers ${allowed.join(', ')}`;
    reply.header('allow', allowed.join(', '));
    sendProblem({ status: 405, code: 'method_not_allowed', message }, reply);
  };
  fastify.setErrorHandler(async (error, request, reply) => {
    await restOfBody(request.raw);
    // What is wrong with a body that nothing here would have read does not matter.
    if (request.is404) sendNothingHere(request.url, reply);
    else sendError(error, `${request.method} ${request.routeOptions.url ?? 'unmatched'}`, reply, report);
    return reply;
  });
  fastify.setNotFoundHandler((request, reply) => sendNothingHere(request.url, reply));
}

/**
 * Lets the rest of a refused body arrive, and forgets it: a connection that is closed while the caller still writes resets, and the
 * caller never reads why he was refused. Whoever sends more than this is cut off all the same.
 */
export function restOfBody(request: IncomingMessage): Promise<void> {
  if (request.complete || request.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    let left = FORGOTTEN_BYTES_MAX;
    request.on('data', (chunk: Buffer) => {
      left -= chunk.length;
      if (left < 0) resolve();
    });
    request
      .once('end', resolve)
      .once('close', resolve)
      .once('error', () => resolve());
    request.resume();
  });
}

/** What Nest's controllers throw goes the same way as what routes throw. */
export function nestExceptionFilter(report: ReportUnexpected): ExceptionFilter {
  return {
    catch: (error: unknown, host) => {
      const http = host.switchToHttp();
      sendError(error, http.getRequest().routeOptions?.url ?? 'unmatched', http.getResponse<FastifyReply>(), report);
    },
  };
}

const SOCKET_PROBLEMS: Readonly<Record<string, Problem>> = {
  HPE_HEADER_OVERFLOW: { status: 431, code: 'bad_request.headers_too_large', message: 'the headers are too large' },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    code: 'bad_request.too_slow',
    message: 'the request took too long to arrive',
  },
};
const NOT_HTTP: Problem = { status: 400, code: 'bad_request.not_http', message: 'the request is not HTTP' };

/** Bytes that Node's parser refuses never become a request; their answer is written to the socket. @param random of the answers' trace ids */
export function answerBrokenHttp(random: Random) {
  return (error: Error & { readonly code?: string }, socket: Pick<Socket, 'writable' | 'destroy' | 'end'>): void => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const problem = SOCKET_PROBLEMS[error.code ?? ''] ?? NOT_HTTP;
    const body = JSON.stringify(problemBody(problem));
    const head = `HTTP/1.1 ${problem.status} ${problem.code}\r\nContent-Type: application/json\r\nConnection: close`;
    const named = `Trace-Id: ${newTraceparent(random).slice(3, 35)}\r\nContent-Length: ${Buffer.byteLength(body)}`;
    socket.end(`${head}\r\n${named}\r\n\r\n${body}`);
  };
}
