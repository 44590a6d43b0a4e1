// The last line of .ci/run: the tests of jest's report plus one for each other check.
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
const tests = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : none;

const passed = tests.numPassedTests + Number(checksPassed);
// A suite that could not be loaded has no tests to fail.
const failed = tests.numFailedTests + tests.numRuntimeErrorTestSuites + Number(checksFailed);
const skipped = tests.numPendingTests + tests.numTodoTests;
process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
process.exitCode = failed > 0 ? 1 : 0;
