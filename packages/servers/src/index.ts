export type { Program, Report } from './artefacts.js';
export { APPS, type App, BankCluster, type BankClusterOptions, type Instance, runCli } from './bank-cluster.js';
export { type CassandraCluster, type CassandraServer, startCassandra, startCassandraCluster } from './cassandra.js';
export { type Certificate, certificateFor } from './certificate.js';
export { javaProblem, type Server } from './java.js';
export { type KafkaServer, startKafka } from './kafka.js';
export { NodeProcess, type NodeProcessOptions } from './node-process.js';
export { accepts, freePorts } from './ports.js';
