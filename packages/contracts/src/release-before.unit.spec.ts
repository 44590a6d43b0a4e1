// What services of the release before ask is taken: two releases run side by side behind the edge (docs/edge.md).
import { describe, expect, it } from '@jest/globals';
import { accountsContract, codecOf, webhookContract } from './index.js';

const { list, find } = webhookContract.methods;
const { byNumber } = accountsContract.methods;
const bytes = (value: object) => new TextEncoder().encode(JSON.stringify(value));

describe('a request of the release before', () => {
  it.each([
    ['webhook.list', list, { accountId: 'acc_1', clientId: 'client' }],
    ['webhook.find', find, { webhookId: 'webhook_1', clientId: 'client' }],
    ['accounts.byNumber', byNumber, { numbers: [{ sortCode: null, accountNumber: '12345678' }] }],
  ] as const)('%s is taken', (_name, method, request) => {
    expect(codecOf(method).request.decode(bytes(request))).toEqual(request);
  });
});
