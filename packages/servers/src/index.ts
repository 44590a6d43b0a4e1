export type { Program, Report } from './artefacts.js';
export { type CassandraCluster, type CassandraServer, startCassandra, startCassandraCluster } from './cassandra.js';
export { type Certificate, certificateFor } from './certificate.js';
export { javaProblem, type Server } from './java.js';
export { type KafkaServer, startKafka } from './kafka.js';
export { accepts, freePorts } from './ports.js';
