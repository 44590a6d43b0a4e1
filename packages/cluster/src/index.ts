export { type ClusterConfiguration, clusterConfiguration } from './configuration.js';
export { runService } from './run-service.js';
export type { Need, ServiceDefinition, ServiceParts } from './service-definition.js';
