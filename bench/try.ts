import { findPostgres, PostgresServer } from './postgres/server.js';
import { pgbench } from './postgres/pgbench.js';
const bin = findPostgres();
if (bin) {
  const s = await PostgresServer.start(bin);
  try {
    for (const [script, c] of [['authorise', 32], ['authorise', 64], ['authorise', 128], ['authorise-hot', 64], ['transfer', 64], ['authorise', 64]] as const) console.log(script, c, JSON.stringify(await pgbench(s, script, c, 6)));
    await s.check();
  } finally { await s.stop(); }
}
