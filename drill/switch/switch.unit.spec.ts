// What of the drill could be wrong and would still say that all is well.
import { describe, expect, it } from '@jest/globals';
import { bucketOf } from '../../apps/edge-proxy/big-switch.js';
import { callsAnswered, customersRequests, sumOf } from './counts.js';
import { CustomerAccount } from './customer-account.js';
import { ANSWERING, configurations, SECOND_STACK } from './second-stack.js';
import { goesToSecond } from './where-it-goes.js';
import { differing, expected, growth, totals } from './window.js';

const METRICS = `# HELP http_request_duration_seconds Time
http_request_duration_seconds_bucket{le="0.001",method="GET",route="/balance",status="2xx"} 9
http_request_duration_seconds_sum{method="GET",route="/balance",status="2xx"} 0.5
http_request_duration_seconds_count{method="GET",route="/balance",status="2xx"} 7
http_request_duration_seconds_count{method="PUT",route="/pots/:pot_id/deposit",status="5xx"} 2
http_request_duration_seconds_count{method="GET",route="/health/ready",status="2xx"} 100
http_request_duration_seconds_count{method="GET",route="/metrics",status="2xx"} 100
http_request_duration_seconds_count{method="GET",route="/openapi.json",status="2xx"} 100
rpc_server_duration_seconds_count{contract="balance",method="get",outcome="a \\"quoted\\" one"} 3
tallystick_dead_letters_total 0
`;

describe('the counters of a service', () => {
  it('are those of customers’ requests, whatever became of them', () => {
    expect(customersRequests(METRICS)).toBe(9);
    expect(callsAnswered(METRICS)).toBe(3);
  });

  it('are summed by their labels, and 0 where there are none', () => {
    const name = 'http_request_duration_seconds_count';
    expect(sumOf(METRICS, name, ({ status }) => status === '5xx')).toBe(2);
    expect(sumOf(METRICS, 'rpc_server_duration_seconds_count', ({ outcome }) => outcome === 'a \\"quoted\\" one')).toBe(
      3,
    );
    expect(sumOf(METRICS, 'tallystick_dead_letters_total')).toBe(0);
    expect(sumOf(METRICS, 'tallystick_dead')).toBe(0);
  });
});

describe('where a request must go', () => {
  it('is where the edge sends it', () => {
    for (let n = 0; n < 2_000; n++) {
      const share = { share_per_mille: n % 1_001, accounts: [] };
      const id = `acc_${n}`;
      expect(goesToSecond(id, share)).toBe(bucketOf(id) < share.share_per_mille);
    }
  });

  it('is the second stack for an account by name, whatever the share', () => {
    const named = { share_per_mille: 0, accounts: ['acc_1'] };
    expect([goesToSecond('acc_1', named), goesToSecond('acc_2', named)]).toEqual([true, false]);
  });
});

describe('a window', () => {
  const tally = new Map([
    [
      'api' as const,
      new Map([
        ['acc_1', 3],
        ['user_1', 2],
      ]),
    ],
    ['feed' as const, new Map([['acc_1', 1]])],
  ]);
  const must = expected(tally, { share_per_mille: 0, accounts: ['acc_1'] }, ANSWERING);
  const none = { first: 0, second: 0 };

  it('says what each service of each stack must have answered', () => {
    expect(must).toEqual({
      api: { first: 2, second: 3 },
      feed: { first: 0, second: 1 },
      'card-api': none,
      'webhook-api': none,
    });
    expect(totals(must)).toEqual({ first: 2, second: 4 });
  });

  it('finds a request that went to the wrong stack, to both or to none', () => {
    const before = { ...must, api: { first: 100, second: 50 } };
    const after = (first: number, second: number) => ({ ...must, api: { first, second } });
    const found = (first: number, second: number) =>
      differing({ ...must, feed: none }, growth(before, after(first, second)));
    expect(found(102, 53)).toEqual([]);
    for (const [first, second] of [
      [103, 52],
      [103, 53],
      [102, 52],
    ] as const)
      expect(found(first, second)).toEqual([
        `api answered ${first - 100} requests in the first stack and ${second - 50} in the second, not 2 and 3`,
      ]);
  });
});

describe('an account of the drill', () => {
  const account = () => {
    const one = new CustomerAccount({ id: 'acc_1', potId: 'pot_1', cardId: 'card_1' });
    one.bought({ transactionId: 'tx_1', position: 'p' }, 300);
    one.deposited = 50;
    return one;
  };
  const ok = (body: object) => ({ status: 200, body: { ...body } });

  it('has nothing against what it must show', () => {
    expect(account().faultOfBalance(ok({ balance: -350, total_balance: -300 }))).toBeUndefined();
    expect(account().faultOfPot(ok({ id: 'pot_1', balance: 50 }))).toBeUndefined();
    expect(account().faultOfNotes('tx_1', ok({ transaction: { id: 'tx_1', metadata: {} } }))).toBeUndefined();
  });

  it('finds money that moved twice, or not at all, and what was not written', () => {
    expect(account().faultOfBalance(ok({ balance: -400, total_balance: -300 }))).toMatch(
      'must be -350, with the pot -300',
    );
    expect(account().faultOfPot(ok({ id: 'pot_1', balance: 100 }))).toMatch('must be 50');
    expect(account().faultOfPot({ status: 504, body: { id: 'pot_1', balance: 50 } })).toMatch('504');
    const written = account();
    written.notes.set('tx_1', 'tea');
    expect(written.faultOfNotes('tx_1', ok({ transaction: { id: 'tx_1', metadata: {} } }))).toMatch('"tea"');
  });
});

describe('the second stack’s configuration', () => {
  const places = Object.fromEntries(SECOND_STACK.map((name, n) => [name, { port: n, rpcPort: 100 + n }])) as Parameters<
    typeof configurations
  >[1]; // of every service there is
  const cluster = {
    kafka: { brokers: ['k'] },
    cassandra: { contactPoints: ['c'] },
    journal: { connection: 'j' },
    secrets: { file: 's' },
    rpc: { services: { ledger: ['http://l'], relay: ['http://r'], balance: ['http://b'], feed: ['http://f'] } },
    edge: { upstreams: {} },
  };
  const { viewing, answering } = configurations(cluster, places);

  it('has a view of its own, which no service of the first stack writes', () => {
    expect(viewing.kafka).toEqual({ brokers: ['k'], topicPrefix: 'second-' });
    expect(viewing.cassandra).toEqual({ contactPoints: ['c'], keyspacePrefix: 'second' });
    expect(viewing.rpc.services).toMatchObject({ relay: ['http://127.0.0.1:100'], balance: ['http://127.0.0.1:101'] });
  });

  it('has the one ledger, and shares records, keys and the feed’s view with the relay that fills it', () => {
    expect(answering.rpc.services).toMatchObject({ ledger: ['http://l'], relay: ['http://r'] });
    expect(answering.rpc.services.balance).toEqual(viewing.rpc.services.balance);
    expect([answering.kafka, answering.cassandra]).toEqual([cluster.kafka, cluster.cassandra]);
    expect([viewing.journal, answering.journal]).toEqual([cluster.journal, cluster.journal]);
  });

  it('names nothing that another release may not know', () => {
    expect('edge' in answering || 'edge' in viewing).toBe(false);
  });
});
