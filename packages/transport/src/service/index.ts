export { badParam, exactAmount, missingParam } from './bad-requests.js';
export { callScopeOf, type ScopeOptions } from './call-scope-of-request.js';
export { ConfigurationError, type ConfigurationSources, loadConfiguration } from './configuration.js';
export { createService, type Service, type ServiceOptions } from './create-service.js';
export { CUSTOMER_SECRET, CustomerToken, customerTokenOf } from './customer-token.js';
export { answerBrokenHttp, restOfBody } from './error-answers.js';
export { type HttpRoute, HttpRoutes, type RouteSchemas } from './http-routes.js';
export { LedgerPositions } from './ledger-positions.js';
export type { ApiTitle } from './openapi.js';
export {
  INTERNAL,
  NOT_FOUND,
  type Problem,
  type ProblemBody,
  ProblemError,
  problemBody,
  problemOf,
} from './problem.js';
export { Readiness, type ReadinessProbe } from './readiness.js';
export { openSecretsFile, type Secret, type Secrets, SecretsError } from './secrets.js';
export { STAFF_SECRET, StaffToken, staffTokenOf } from './staff-token.js';
export { type SignalSource, type StopOptions, stopOnSignal } from './stop-on-signal.js';
export { unauthorisedToken } from './unauthorised.js';
export { endUnusedConnections } from './unused-connections.js';
export { SafeInteger } from './validation.js';
