// The last line of .ci/run: the tests of jest's reports (the second run's stands beside the first's) plus one for each other check.
// node scripts/ci-count.mjs REPORT CHECKS_PASSED CHECKS_FAILED; exits with 1 where anything failed.

import { existsSync, readFileSync } from 'node:fs';

const [report, checksPassed, checksFailed] = process.argv.slice(2);
const none = {
  numPassedTests: 0,
  numFailedTests: 1,
  numPendingTests: 0,
  numTodoTests: 0,
  numRuntimeErrorTestSuites: 0,
};
// No report: the tests never ran, which is a failure of its own.
const runs = [report, `${report}.servers`].map((path) =>
  existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : none,
);
const sumOf = (count) => runs.reduce((sum, run) => sum + run[count], 0);

const passed = sumOf('numPassedTests') + Number(checksPassed);
// A suite that could not be loaded has no tests to fail.
const failed = sumOf('numFailedTests') + sumOf('numRuntimeErrorTestSuites') + Number(checksFailed);
const skipped = sumOf('numPendingTests') + sumOf('numTodoTests');
process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
process.exitCode = failed > 0 ? 1 : 0;
