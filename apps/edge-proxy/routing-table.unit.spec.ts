import { describe, expect, it } from '@jest/globals';
import { AUTH_ROOT, canonicalPath, PUBLIC_ROUTES, RoutingTable } from './routing-table.js';

const table = new RoutingTable(PUBLIC_ROUTES);
const serviceOf = (path: string) => {
  const canonical = canonicalPath(path);
  return canonical === undefined ? undefined : table.routeOf(canonical)?.service;
};

describe('the routing table', () => {
  it.each([
    ['/accounts', 'api'],
    ['/accounts/', 'api'],
    ['//accounts', 'api'],
    ['//balance//', 'api'],
    ['/pots/listV1/', 'api'],
    ['/pots/pot_0000AbC/deposit', 'api'],
    ['/transactions/tx_0000AbC', 'api'],
    ['/feed', 'api'],
    ['/attachment/upload', 'api'],
    ['/attachments/one/two', 'api'],
    ['/transaction-receipts', 'api'],
    ['/oauth2/token', 'auth'],
    ['/oauth2/authorise', 'auth'],
    ['/ping', 'auth'],
    ['/ping/whoami/', 'auth'],
    ['/webhooks/webhook_1', 'webhook-api'],
    ['/cards/card_1/freeze', 'card-api'],
    ['/feed/items/tx_1', 'feed'],
    ['/feed/live', 'feed'],
    ['/transactions/tx%5F1', 'api'],
  ])('lets %s through to %s', (path, service) => {
    expect(serviceOf(path)).toBe(service);
  });

  it.each([
    '/',
    '',
    '/staff/accounts',
    '/staff/switch',
    '/gateway/authorisations',
    '/rpc/ledger.execute',
    '/metrics',
    '/health/live',
    '/openapi.json',
    '/feed/other',
    '/accountsx',
    '/Accounts',
    '/%61ccounts',
    '/accounts;x',
    '/accounts/../staff/accounts',
    '/accounts/%2e%2e/staff',
    '/accounts/%2E./staff',
    '/accounts/./x',
    '/pots/..%2f..%2fstaff',
    '/pots/..\\staff',
    '/pots/%5c..',
    '/pots/%00',
    '/pots/%zz',
    '/pots/#x',
    '/pots/%23',
    'http://elsewhere/accounts',
    '*',
  ])('does not let %s through', (path) => {
    expect(serviceOf(path)).toBeUndefined();
  });

  it('has the root only for auth’s own page', () => {
    expect(new RoutingTable([...PUBLIC_ROUTES, AUTH_ROOT]).routeOf('/')?.service).toBe('auth');
  });

  it('names each service once', () => {
    expect(table.services().sort()).toEqual(['api', 'auth', 'card-api', 'feed', 'webhook-api']);
  });
});
