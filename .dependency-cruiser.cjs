// Who may import whom: ARCHITECTURE.md, "Layout". Each rule's comment is what you are told when you break it.

const SPECS = '\\.(spec|suite)\\.ts$';
const ADAPTERS =
  '^packages/(journal|bus|views)/src/(sqlite|in-memory|embedded|eventstoredb|kafka|cassandra)/|^packages/transport/src/(in-process|http)/';
const VAGUE = '(^|/)(utils?|common|helpers?|shared|base|misc)(/|\\.[^/]+$)';

/** @type {import('dependency-cruiser').IConfiguration} */
/** What answers from views and journal alone, and so can be opened beside a bank that holds the folder. */
const READING_SERVICES = '^apps/(accounts/account-reads|balance/balance|finance/finance)\\.ts$';

module.exports = {
  forbidden: [
    {
      name: 'ledger-core-imports-nothing',
      comment:
        'The deciders are pure: whatever they need (time, random, reference data) is an argument, so that the same events and command decide the same way on any machine, for ever. Move the I/O to the caller.',
      severity: 'error',
      from: { path: '^packages/ledger-core/', pathNot: SPECS },
      to: { pathNot: '^packages/ledger-core/src/' },
    },
    {
      name: 'events-only-encode',
      comment:
        'events turns facts into bytes and back and does nothing else, so that any reader of the journal can use it: it needs avsc, the types of ledger-core, and node:crypto for ids and sealing.',
      severity: 'error',
      from: { path: '^packages/events/', pathNot: SPECS },
      to: { pathNot: ['^packages/(events|ledger-core)/src/', '^(node:)?crypto$', '(^|/)node_modules/avsc/'] },
    },
    {
      name: 'contracts-only-describe',
      comment:
        'A contract says what a service answers, to callers and callee alike. If it needs more than TypeBox and the types of ledger-core and events, that part belongs to the service.',
      severity: 'error',
      from: { path: '^packages/contracts/', pathNot: SPECS },
      to: { pathNot: ['^packages/(contracts|events|ledger-core)/src/', '(^|/)node_modules/@sinclair/typebox/'] },
    },
    {
      name: 'storage-knows-no-services',
      comment:
        'Dependencies point one way: apps → adapters → ports → events → ledger-core. A journal, bus or view that knew contracts or calls could not be used below them.',
      severity: 'error',
      from: { path: '^packages/(journal|bus|views|iso8583|iso20022)/' },
      to: { path: '^packages/(contracts|transport)/' },
    },
    {
      name: 'iso20022-only-reads-and-writes',
      comment:
        'iso20022 turns text into messages and back, for any bank: what it must know of the world (how many digits a currency has) is an argument. It imports nothing but its XML library.',
      severity: 'error',
      from: { path: '^packages/iso20022/', pathNot: SPECS },
      to: { pathNot: ['^packages/iso20022/src/', '(^|/)node_modules/saxes/'] },
    },
    {
      name: 'ports-do-not-know-adapters',
      comment:
        'A port that imports one of its adapters loads that engine for everybody and makes it the real definition of the port. Import the adapter where it is chosen: in bank, cli or a main.ts.',
      severity: 'error',
      from: { path: '^packages/(journal|bus|views|transport)/src/[^/]+\\.ts$', pathNot: SPECS },
      to: { path: ADAPTERS },
    },
    {
      name: 'packages-do-not-know-apps',
      comment: 'A package is used by several apps. What only one app needs lives in that app.',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^apps/' },
    },
    {
      name: 'apps-call-they-do-not-import',
      comment:
        'Each app must be able to run alone in a process of its own. Call the other service through its contract: declare it in x.module.ts and inject the client. What both need as code belongs in a package. (A test may stand on the real other app.)',
      severity: 'error',
      from: { path: '^apps/([^/]+)/', pathNot: ['^apps/(bank|cli)/', SPECS] },
      to: { path: '^apps/[^/]+/', pathNot: '^apps/$1/' },
    },
    {
      name: 'bank-imports-only-the-faces-of-apps',
      comment:
        "bank is all apps in one process, started as their own main.ts starts them: it takes their modules, what these are configured with, for the views' worker their projections and tables, and for commands beside a running bank the services that only read. Reaching further would make it a different bank from the cluster's. (The simulator takes the apps apart to break them.)",
      severity: 'error',
      from: { path: '^apps/bank/', pathNot: ['^apps/bank/simulator/', SPECS] },
      to: {
        path: '^apps/[^/]+/',
        pathNot: ['^apps/bank/', '\\.(module|projection|tables)\\.ts$', '/configuration\\.ts$', READING_SERVICES],
      },
    },
    {
      name: 'cli-imports-only-bank',
      comment: 'The command starts the bank or talks to a running one; it has no business inside another app.',
      severity: 'error',
      from: { path: '^apps/cli/', pathNot: SPECS },
      to: { path: '^apps/[^/]+/', pathNot: '^apps/(cli|bank)/' },
    },
    {
      name: 'cli-loads-bank-when-needed',
      comment:
        'Import bank with `await import()` in the command that starts it: a static import would load Nest and SQLite to print a help text.',
      severity: 'error',
      from: { path: '^apps/cli/', pathNot: SPECS },
      to: { path: '^apps/bank/', dynamic: false, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'adapters-are-chosen-at-the-top',
      comment:
        'Code that names an engine runs on that engine only. Take the port as an argument; bank, cli and the main.ts files choose the adapter.',
      severity: 'error',
      from: { path: '^apps/', pathNot: ['^apps/(bank|cli)/', '/main\\.ts$', SPECS] },
      to: { path: ADAPTERS },
    },
    {
      name: 'no-circle',
      comment: 'Two files that need each other are one file, or a third is missing that both can need.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'production-knows-no-tests',
      comment:
        'Test code is not built and not shipped. What production needs of it is production code: give it a file of its own.',
      severity: 'error',
      from: { path: '^(apps|packages)/', pathNot: [SPECS, '\\.test\\.ts$'] },
      to: { path: ['\\.(spec|suite|test)\\.ts$', '(^|/)node_modules/@jest/'] },
    },
    {
      name: 'production-needs-no-dev-dependency',
      comment:
        'A dev dependency is absent where the bank runs (`npm ci --omit=dev`). Move it to dependencies, with a reason.',
      severity: 'error',
      from: {
        path: '^(apps|packages)/',
        pathNot: [SPECS, '^packages/servers/', '^packages/journal/eventstoredb/standin/'],
      },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: '(^|/)node_modules/@types/' },
    },
    {
      name: 'servers-are-for-one-machine',
      comment:
        "servers starts Kafka and Cassandra on a developer's machine. A service is given the address of servers that somebody runs.",
      severity: 'error',
      from: { path: '^(apps|packages)/', pathNot: [SPECS, '^packages/servers/'] },
      to: { path: '^packages/servers/' },
    },
    {
      name: 'names-say-what-is-inside',
      comment:
        'utils, common, helpers, shared, base and misc are names for not having decided. Name the file after what it holds.',
      severity: 'error',
      from: {},
      to: { path: VAGUE, pathNot: '(^|/)node_modules/' },
    },
    {
      name: 'imports-exist',
      comment: 'This import leads nowhere: a typing error, or a dependency that package.json does not name.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['(^|/)dist/', '^apps/web/dist/'] },
    combinedDependencies: true,
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@tallystick/source', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.json'],
    },
  },
};
