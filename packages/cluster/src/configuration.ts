// What a deployment says: one file for all services, or the environment. docs/cluster.md lists the keys.
import { accessSync, constants } from 'node:fs';
import { type Static, type TProperties, Type } from '@sinclair/typebox';
import { ConfigurationError, type ConfigurationSources, loadConfiguration } from '@tallystick/transport/service';

const text = Type.String({ minLength: 1 });
/** Empty for none. */
const optionalText = Type.String({ default: '' });
const port = (value: number) => Type.Integer({ default: value, minimum: 0, maximum: 65_535 });
const minorUnits = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
const host = Type.String({ default: '127.0.0.1' });

/** A section that may be left out as a whole. */
function section<Properties extends TProperties>(properties: Properties) {
  return Type.Object(properties, { default: {}, additionalProperties: false });
}

const configurationSchema = Type.Object(
  {
    /** The book's time zone, an IANA name. */
    bookZone: Type.String({ default: 'Europe/London' }),
    /** Where people and programs outside call. */
    http: section({ host, port: port(8080) }),
    /** Where card networks connect to card-processing. */
    iso8583: section({
      host,
      port: port(8583),
      /** How messages are written; docs/iso8583-gateway.md names them. */
      dialect: Type.String({ default: 'tallystick' }),
      /** PEM of our certificate and its key, for TLS; of who signs the other side's, where it must show one. */
      certificateFile: optionalText,
      keyFile: optionalText,
      caFile: optionalText,
      connectionsMax: Type.Integer({ default: 10_000, minimum: 1 }),
    }),
    /** How long customers' logins live; docs/auth.md. */
    auth: section({
      accessTokenSeconds: Type.Integer({ default: 21_600, minimum: 1 }),
      codeSeconds: Type.Integer({ default: 600, minimum: 1, maximum: 600 }),
      /** From an approval on. */
      wholeHistorySeconds: Type.Integer({ default: 300, minimum: 0 }),
      /** Host whose root path is the authorise page, `*` for any; empty for none. */
      rootHost: optionalText,
      /** How many proxies stand before the service: each adds an address to X-Forwarded-For. */
      proxies: Type.Integer({ default: 0, minimum: 0, maximum: 10 }),
    }),
    /** The public door; docs/edge.md. */
    edge: section({
      host,
      port: port(8090),
      /** Base URLs of the public ports of each service's instances. One that is not named is looked for at `http://<name>:<http.port>`. */
      upstreams: Type.Record(text, Type.Array(text, { minItems: 1 }), { default: {} }),
      /** The same of the second stack: what is not named there is the first one's. Empty where there is none. */
      secondUpstreams: Type.Record(text, Type.Array(text, { minItems: 1 }), { default: {} }),
      /** Requests of one client of one user: at once, and per second. */
      rateBurst: Type.Integer({ default: 100, minimum: 1 }),
      ratePerSecond: Type.Number({ default: 10, exclusiveMinimum: 0 }),
      /** How many proxies of our own stand before it: each adds an address to X-Forwarded-For. */
      proxies: Type.Integer({ default: 0, minimum: 0, maximum: 10 }),
      /** For how long it goes on answering once it is told to stop, so that load balancers notice. */
      drainMs: Type.Integer({ default: 3_000, minimum: 0, maximum: 10_000 }),
    }),
    /** The customer API itself; docs/api.md. */
    api: section({
      /** False where it is reached through the edge alone, which counts. */
      countsRequests: Type.Boolean({ default: true }),
      /** Where programs find it, such as https://api.example; empty for wherever a request went. */
      publicUrl: optionalText,
      /** What a user may upload in 24 hours; 100 MiB. */
      uploadBytesPerDay: Type.Integer({ default: 104_857_600, minimum: 10_485_760 }),
    }),
    /** What card-processing decides while the ledger is out of reach; docs/stand-in.md. */
    standIn: section({
      enabled: Type.Boolean({ default: false }),
      kinds: Type.Array(Type.Union([Type.Literal('purchase'), Type.Literal('status_inquiry')]), {
        default: ['purchase'],
      }),
      /** Over which a card's approvals are summed and counted. */
      windowHours: Type.Integer({ default: 24, minimum: 1, maximum: 744 }),
      countPerCard: Type.Integer({ default: 5, minimum: 1 }),
      /** By currency, in minor units. */
      limits: Type.Record(
        Type.String({ pattern: '^[A-Z]{3}$' }),
        Type.Object({ perTransaction: minorUnits, perCard: minorUnits }, { additionalProperties: false }),
        { default: {}, additionalProperties: false },
      ),
    }),
    /** Where customers' webhooks may be sent; docs/webhooks.md. */
    webhooks: section({
      allowPrivateAddresses: Type.Boolean({ default: false }),
      /** Private networks that are allowed all the same, such as `10.1.0.0/16`. */
      allowedNetworks: Type.Array(text, { default: [] }),
    }),
    /** Where the other services call. */
    rpc: section({
      host,
      port: port(8081),
      /** Base URLs of each service's instances. One that is not named here is looked for at `http://<name>:<rpc.port>`. */
      services: Type.Record(text, Type.Array(text), { default: {} }),
      /** True where a service mesh retries, limits times and balances: then we do none of it. */
      mesh: Type.Boolean({ default: false }),
    }),
    journal: section({
      /** `esdb://host:2113?tls=false` or the like, without a name or password. */
      connection: Type.String({ default: 'esdb://127.0.0.1:2113?tls=false' }),
      username: optionalText,
      password: optionalText,
      /** PEM of who signed the server's certificate. */
      caFile: optionalText,
    }),
    kafka: section({
      brokers: Type.Array(text, { default: ['127.0.0.1:9092'], minItems: 1 }),
      topicPrefix: Type.String({ default: '', pattern: '^[a-zA-Z0-9._-]*$' }),
      /** Of `account-events`; fixed when the topic is made. */
      partitions: Type.Integer({ default: 12, minimum: 1, maximum: 9_999 }),
      replicationFactor: Type.Integer({ default: 1, minimum: 1 }),
      minInSyncReplicas: Type.Integer({ default: 1, minimum: 1 }),
      tls: Type.Boolean({ default: false }),
      caFile: optionalText,
      /** Client certificate and key, where the brokers ask for them. */
      certificateFile: optionalText,
      keyFile: optionalText,
      sasl: Type.Union(
        [Type.Literal('none'), Type.Literal('plain'), Type.Literal('scram-sha-256'), Type.Literal('scram-sha-512')],
        {
          default: 'none',
        },
      ),
      username: optionalText,
      password: optionalText,
      /** Base URL of a schema registry's Confluent API; events then travel in its framing. */
      schemaRegistry: optionalText,
    }),
    cassandra: section({
      contactPoints: Type.Array(text, { default: ['127.0.0.1:9042'], minItems: 1 }),
      localDataCenter: Type.String({ default: 'datacenter1' }),
      /** A service's keyspace is `<prefix>_<service>`. */
      keyspacePrefix: Type.String({ default: 'tallystick', pattern: '^[a-z][a-z0-9_]*$' }),
      replicationFactor: Type.Integer({ default: 1, minimum: 1 }),
      consistency: Type.Union(
        [Type.Literal('local_quorum'), Type.Literal('quorum'), Type.Literal('local_one'), Type.Literal('one')],
        {
          default: 'local_quorum',
        },
      ),
      tls: Type.Boolean({ default: false }),
      caFile: optionalText,
      username: optionalText,
      password: optionalText,
    }),
    secrets: section({ file: Type.String({ default: './secrets.json' }) }),
    /** Base URL of an OpenTelemetry collector (OTLP over HTTP). */
    telemetry: section({ otlpUrl: optionalText }),
  },
  { additionalProperties: false },
);

export type ClusterConfiguration = Static<typeof configurationSchema>;

/** @throws ConfigurationError with the key's name */
export function clusterConfiguration(sources: ConfigurationSources): ClusterConfiguration {
  const configuration = loadConfiguration(configurationSchema, sources);
  const fault = faultOf(configuration);
  if (fault === undefined) return configuration;
  const [key, complaint] = fault;
  throw new ConfigurationError(sources.file === undefined ? key : `${key} in ${sources.file}`, complaint);
}

/** What no schema says: keys that need each other, and files that have to be there. */
function faultOf({
  iso8583,
  standIn,
  journal,
  kafka,
  cassandra,
}: ClusterConfiguration): [key: string, complaint: string] | undefined {
  if (kafka.sasl !== 'none' && kafka.username === '')
    return ['kafka.username', `is missing: kafka.sasl is ${kafka.sasl}`];
  for (const [section, { username, password }] of Object.entries({ journal, kafka, cassandra }))
    if (username !== '' && password === '')
      return [`${section}.password`, `is missing: ${section}.username is ${username}`];
  if (journal.username !== '' && /[?&]tls=false/i.test(journal.connection))
    return ['journal.username', 'is only sent over TLS, and journal.connection says tls=false'];
  if ((iso8583.certificateFile === '') !== (iso8583.keyFile === ''))
    return ['iso8583.keyFile', 'and iso8583.certificateFile are given together'];
  if (standIn.enabled && Object.keys(standIn.limits).length === 0)
    return ['standIn.limits', 'is empty, and standIn.enabled is true'];
  const files: Readonly<Record<string, string>> = {
    'iso8583.certificateFile': iso8583.certificateFile,
    'iso8583.keyFile': iso8583.keyFile,
    'iso8583.caFile': iso8583.caFile,
    'journal.caFile': journal.caFile,
    'kafka.caFile': kafka.caFile,
    'kafka.certificateFile': kafka.certificateFile,
    'kafka.keyFile': kafka.keyFile,
    'cassandra.caFile': cassandra.caFile,
  };
  for (const [key, file] of Object.entries(files))
    if (file !== '' && !canBeRead(file)) return [key, `${file} can not be read`];
  return undefined;
}

function canBeRead(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
