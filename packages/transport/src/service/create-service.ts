import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Registry } from 'prom-client';
import type { ReportUnexpected } from '../call-failed.js';
import { pooledRandom } from '../pooled-random.js';
import type { Random } from '../traceparent.js';
import type { Tracing } from '../tracing.js';
import { answerBrokenHttp, answerErrors, nestExceptionFilter, sendError } from './error-answers.js';
import { HttpRoutes } from './http-routes.js';
import type { ApiTitle } from './openapi.js';
import { addOperationsRoutes } from './operations-routes.js';
import { Readiness } from './readiness.js';
import { measureRequests } from './request-durations.js';
import { traceRequests } from './request-spans.js';
import { RouteTable } from './route-table.js';
import { nameTraces } from './trace-ids.js';
import { endUnusedConnections } from './unused-connections.js';
import { typeboxValidator } from './validation.js';
import { refuseIllFormedText } from './well-formed-json.js';

export interface ServiceOptions {
  /** The module that the app's main.ts starts; it may inject HttpRoutes, Readiness and prom-client's Registry. */
  readonly module: Type | DynamicModule;
  readonly title: ApiTitle;
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly metrics: Registry;
  /** Told of every error whose caller only sees `internal_service`. */
  readonly report: ReportUnexpected;
  /** 1 MiB where left out: a batch of 1,000 authorisations needs about half of it. */
  readonly bodyLimitBytes?: number;
  /** Where the spans of requests go; none are made where it is left out. */
  readonly tracing?: Tracing | undefined;
  /** Of the ids of traces that begin here; drawn from the operating system where it is left out. */
  readonly random?: Random;
}

export interface Service {
  /** Nest's application context: `get(token)`. */
  readonly app: NestFastifyApplication;
  readonly fastify: FastifyInstance;
  /** Listens; resolves to the address, such as `http://127.0.0.1:8080`. */
  start(): Promise<string>;
  /**
   * Takes no more connections, lets the requests under way end, then stops the modules. A module that requests still need
   * must close in onApplicationShutdown, which comes after; onModuleDestroy comes before.
   */
  stop(): Promise<void>;
}

// A request whose bytes take longer than this to arrive is somebody holding the connection.
const REQUEST_ARRIVAL_MS = 30_000;

/** As the schemas of routes have it. */
const ID_LENGTH_MAX = 128;

/** Fastify's own answers are ours already; Nest must not put its handlers over them. */
class ChassisAdapter extends FastifyAdapter {
  override setErrorHandler(): FastifyInstance {
    return this.getInstance();
  }
  override setNotFoundHandler(): FastifyInstance {
    return this.getInstance();
  }
}

@Module({})
class ChassisModule {}

/** One HTTP service: a Nest module on Fastify with health, metrics, description and one kind of error body. */
export async function createService(options: ServiceOptions): Promise<Service> {
  const { report, random = pooledRandom() } = options;
  const adapter = new ChassisAdapter({
    bodyLimit: options.bodyLimitBytes ?? 1024 * 1024,
    requestTimeout: REQUEST_ARRIVAL_MS,
    exposeHeadRoutes: false,
    // While closing, requests on open connections are still answered, with `connection: close`.
    return503OnClosing: false,
    skipMiddie: true,
    // Clients put slashes at both ends, and lose the method or the token where they are redirected (customer API, 1.7).
    routerOptions: { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true, maxParamLength: ID_LENGTH_MAX },
    frameworkErrors: (error: FastifyError, _request: FastifyRequest, reply: FastifyReply) =>
      sendError(error, 'routing', reply, report),
    clientErrorHandler: answerBrokenHttp(random),
  });
  const fastify: FastifyInstance = adapter.getInstance();
  const readiness = new Readiness();
  const routes = prepare(fastify, { ...options, random });
  addOperationsRoutes(fastify, { title: options.title, metrics: options.metrics, readiness, routes });

  const chassis: DynamicModule = {
    module: ChassisModule,
    global: true,
    imports: [options.module],
    providers: [
      { provide: HttpRoutes, useValue: new HttpRoutes(fastify) },
      { provide: Readiness, useValue: readiness },
      { provide: Registry, useValue: options.metrics },
    ],
    exports: [HttpRoutes, Readiness, Registry],
  };
  const app = await NestFactory.create<NestFastifyApplication>(chassis, adapter, {
    logger: ['warn', 'error', 'fatal'],
    bodyParser: false,
    abortOnError: false,
  });
  app.useGlobalFilters(nestExceptionFilter(report));
  const endUnused = endUnusedConnections(fastify.server);
  return {
    app,
    fastify,
    start: async () => {
      await app.listen(options.port, options.host);
      return await app.getUrl();
    },
    stop: async () => {
      const closed = app.close();
      endUnused();
      await closed;
    },
  };
}

function prepare(
  fastify: FastifyInstance,
  { metrics, report, tracing, random }: ServiceOptions & { readonly random: Random },
): RouteTable {
  fastify.setValidatorCompiler(typeboxValidator);
  fastify.removeContentTypeParser('text/plain');
  refuseIllFormedText(fastify);
  measureRequests(fastify, metrics);
  if (tracing !== undefined) traceRequests(fastify, tracing);
  nameTraces(fastify, random);
  const routes = RouteTable.of(fastify);
  answerErrors(fastify, routes, report);
  return routes;
}
