// `npm test` runs the specs that need Kafka or Cassandra after all others, where it can start these; jest alone runs what it is given.
const { TALLYSTICK_SPECS: specs } = process.env;

export default {
  testEnvironment: 'node',
  // The end-to-end specs mostly wait for processes of their own.
  maxWorkers: 2,
  // A limit for what hangs, not for what is slow on a busy machine.
  testTimeout: 180_000,
  testEnvironmentOptions: { customExportConditions: ['@tallystick/source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  testMatch: ['packages/*/src', 'apps', 'bench', 'drill'].map(
    (folder) => `<rootDir>/${folder}/**/*${specs === 'servers' ? '.server' : ''}.spec.ts`,
  ),
  testPathIgnorePatterns:
    specs === 'without-servers' ? ['/node_modules/', '\\.server\\.spec\\.ts$'] : ['/node_modules/'],
  modulePathIgnorePatterns: ['<rootDir>/.*/dist/', '<rootDir>/dist/'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        swcrc: false,
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
};
