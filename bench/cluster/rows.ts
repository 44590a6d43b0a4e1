// How fast rows reach Cassandra through the views, beside the driver alone.
import type { RowsResult, RowsRun } from '../in-process/rows.js';
import { whole } from '../report.js';
import { inProcess } from '../sections/in-process.js';
import type { ClusterWorld } from './cluster-world.js';

const SHARE = 0.5;

export async function rows(world: ClusterWorld): Promise<void> {
  await world.hasEvents();
  await world.stopApps();
  const { cassandra, journal, kafka } = world.configuration();
  const asked: RowsRun = {
    contactPoints: cassandra.contactPoints,
    localDataCenter: cassandra.localDataCenter,
    journal: journal.connection,
    partitions: kafka.partitions,
  };
  const { result, done } = await inProcess<RowsResult>('rows', JSON.stringify(asked));
  const { ours, bare, shape } = result;
  world.report.add({
    name: 'rows of balance and transactions through the views',
    unit: 'rows/s',
    rate: ours,
    cpuServer: done.cpu,
    note: `${whole(shape.rows)} rows in ${whole(shape.batches)} batches`,
  });
  world.report.add({ name: '… the driver alone, the same rows in the same batches', unit: 'rows/s', rate: bare });
  const figure = `${((ours / bare) * 100).toFixed(0)} % (${whole(ours)} of ${whole(bare)})`;
  world.report.check(`rows into Cassandra: ${SHARE * 100} % of the driver's own rate`, figure, ours >= SHARE * bare);
}
