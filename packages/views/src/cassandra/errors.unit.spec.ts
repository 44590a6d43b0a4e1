import { describe, expect, it } from '@jest/globals';
import cassandra from 'cassandra-driver';
import { mayBeApplied, mayPass, reasonOf, refusesCredentials } from './errors.js';

const { errors, types } = cassandra;
const { responseErrorCodes: codes } = types;

const noHost = (inner: unknown) => new errors.NoHostAvailableError({ '127.0.0.1:9042': inner });
const socketClosed = (requestNotWritten: boolean) =>
  Object.assign(new Error('Socket was closed'), { isSocketError: true, requestNotWritten });

describe('an error of Cassandra or its driver', () => {
  it.each<[string, unknown, { passes: boolean; applied: boolean; reason: string }]>([
    [
      'a write that timed out',
      new errors.ResponseError(codes.writeTimeout, 'late'),
      { passes: true, applied: true, reason: 'late' },
    ],
    [
      'too few replicas',
      new errors.ResponseError(codes.unavailableException, 'few'),
      { passes: true, applied: false, reason: 'few' },
    ],
    [
      'too few replicas anywhere',
      noHost(new errors.ResponseError(codes.unavailableException, 'few')),
      { passes: true, applied: false, reason: 'few' },
    ],
    ['no answer', new errors.OperationTimedOutError('late', 'h'), { passes: true, applied: true, reason: 'late' }],
    ['a socket closed after', socketClosed(false), { passes: true, applied: true, reason: 'Socket was closed' }],
    [
      'a socket closed before',
      noHost(socketClosed(true)),
      { passes: true, applied: false, reason: 'Socket was closed' },
    ],
    [
      'no host at all',
      new errors.NoHostAvailableError({}),
      { passes: true, applied: false, reason: 'no node answers' },
    ],
    // Not retried it would be thrown at once, and a caller that tries again at once leaves the driver no turn to reconnect in.
    [
      'a pool that is empty',
      new Error('No connection available'),
      { passes: true, applied: false, reason: 'No connection available' },
    ],
    [
      'wrong CQL',
      new errors.ResponseError(codes.syntaxError, 'line 1'),
      { passes: false, applied: false, reason: 'line 1' },
    ],
    ['a wrong password', noHost(new errors.AuthenticationError('no')), { passes: false, applied: false, reason: 'no' }],
    ['a mistake of ours', new TypeError('oh'), { passes: false, applied: false, reason: 'oh' }],
  ])('%s', (_, error, { passes, applied, reason }) => {
    expect([mayPass(error), mayBeApplied(error), reasonOf(error)]).toEqual([passes, applied, reason]);
    expect(refusesCredentials(error)).toBe(reason === 'no');
  });
});
