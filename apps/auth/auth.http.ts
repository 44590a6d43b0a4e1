// Puts the auth service's HTTP together.
import { Inject, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { HttpRoutes, ProblemError } from '@tallystick/transport/service';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { addApprovalRoutes } from './approvals.routes.js';
import { Auth } from './auth.js';
import { addAuthoriseRoutes } from './authorise.routes.js';
import { addPingRoutes } from './ping.routes.js';
import { acceptEmptyBodies } from './request-fields.js';
import { addStaffRoutes } from './staff.routes.js';
import { addTokenRoute } from './token.routes.js';

@Injectable()
export class AuthHttp {
  constructor(routes: HttpRoutes, host: HttpAdapterHost, @Inject(Auth) auth: Auth) {
    addStaffRoutes(routes, auth);
    const fastify: FastifyInstance | undefined = host.httpAdapter?.getInstance();
    // A scope of its own: empty bodies, and refusals that are counted, are for these routes alone.
    fastify?.register(async (scope) => {
      acceptEmptyBodies(scope);
      scope.setErrorHandler((error, _, reply) => refuse(error, reply, auth));
      const oauth = new HttpRoutes(scope);
      addAuthoriseRoutes(oauth, auth);
      addApprovalRoutes(oauth, auth);
      addTokenRoute(oauth, auth);
      addPingRoutes(oauth, auth);
    });
  }
}

/** Counts it; the chassis answers. */
function refuse(error: unknown, reply: FastifyReply, { counts }: Auth): never {
  if (error instanceof ProblemError) {
    const { status, code, params } = error.problem;
    counts.refused(code);
    if (params?.retry_after !== undefined) reply.header('retry-after', params.retry_after);
    if (status === 401) reply.header('www-authenticate', 'Bearer error="invalid_token"');
  }
  throw error;
}
