// The description of a service's HTTP interface, made of the schemas that its routes check requests with.

import type { KnownRoute } from './route-table.js';

export interface ApiTitle {
  readonly title: string;
  readonly version: string;
}

const PROBLEM_SCHEMA = {
  type: 'object',
  required: ['code', 'message', 'params', 'retryable'],
  properties: {
    code: { type: 'string', description: 'stable, dotted, the most general part first' },
    message: { type: 'string' },
    params: { type: 'object' },
    retryable: { type: 'object', properties: { value: { const: true } } },
  },
};

const SECURITY_SCHEMES = {
  customer: {
    type: 'http',
    scheme: 'bearer',
    description: "what a customer's program was given, and the customer has approved",
  },
};

/** An OpenAPI 3.1 document; its schemas are the JSON Schemas of the routes as they are. */
export function openApiOf(title: ApiTitle, routes: readonly KnownRoute[]): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const path = route.url.replaceAll(/:([A-Za-z0-9_]+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
  }
  return {
    openapi: '3.1.0',
    info: title,
    paths,
    components: { schemas: { Problem: PROBLEM_SCHEMA }, securitySchemes: SECURITY_SCHEMES },
  };
}

function operationOf({ schema }: KnownRoute): object {
  const parameters = [
    ...parametersOf(schema.params, 'path'),
    ...parametersOf(schema.querystring, 'query'),
    ...parametersOf(schema.headers, 'header'),
  ];
  return {
    ...(schema.summary === undefined ? {} : { summary: schema.summary }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(schema.body === undefined ? {} : { requestBody: { required: true, content: contentOf(schema) } }),
    responses: allResponsesOf(schema),
    ...(schema.askedBy === undefined ? {} : { security: [{ [schema.askedBy]: [] }] }),
  };
}

function parametersOf(schema: unknown, place: 'path' | 'query' | 'header'): object[] {
  const properties = valueAt(schema, 'properties');
  if (typeof properties !== 'object' || properties === null) return [];
  const required = valueAt(schema, 'required');
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || (Array.isArray(required) && required.includes(name)),
    schema: asJson(property),
  }));
}

function responsesOf(response: unknown): Record<string, Response> {
  if (typeof response !== 'object' || response === null) return {};
  return Object.fromEntries(
    Object.entries(response).map(([status, schema]) => [
      status,
      { description: String(valueAt(schema, 'description') ?? 'the answer'), content: json(schema) },
    ]),
  );
}

interface Response {
  readonly description: string;
  readonly content: Readonly<Record<string, object>>;
}

function allResponsesOf({ response, refusals, otherTypes = {} }: KnownRoute['schema']): Record<string, Response> {
  const all = responsesOf(response);
  if (refusals === undefined) all.default = PROBLEM_RESPONSE;
  else for (const status of refusals) all[status] = PROBLEM_RESPONSE;
  for (const [type, statuses] of Object.entries(otherTypes)) {
    for (const status of statuses) {
      const { description, content } = all[status] ?? { description: 'the answer', content: {} };
      all[status] = { description, content: { ...content, [type]: {} } };
    }
  }
  return all;
}

function contentOf({ body, consumes }: KnownRoute['schema']): object {
  if (consumes === undefined) return json(body);
  const content = { schema: asJson(body) };
  return Object.fromEntries(consumes.map((type) => [type, content]));
}

function json(schema: unknown): Record<string, object> {
  return { 'application/json': { schema: asJson(schema) } };
}

const PROBLEM_RESPONSE: Response = {
  description: 'why there is no answer',
  content: json({ $ref: '#/components/schemas/Problem' }),
};

/** Without TypeBox's marks, which are symbols. */
function asJson(schema: unknown): unknown {
  return JSON.parse(JSON.stringify(schema));
}

function valueAt(schema: unknown, key: string): unknown {
  return typeof schema === 'object' && schema !== null ? Reflect.get(schema, key) : undefined;
}
