/** Tests run the TypeScript sources as CommonJS: swc keeps imports lazy, so that aws-cdk-lib loads only what a test uses. */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  // The long scenarios have a run of their own: `npm run test:scenarios`.
  testPathIgnorePatterns: ['/node_modules/', '/test/e2e/(?!published|refusals|elasticity)'],
  testMatch: ['**/*.test.ts'],
  transform: {
    '^.+\\.[mc]?[jt]s$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'commonjs' } },
    ],
  },
  // These packages ship ES modules only; middy's do not even name a file for `require`.
  moduleNameMapper: { '^@middy/(core|util)$': '<rootDir>/node_modules/@middy/$1/index.js' },
  transformIgnorePatterns: ['/node_modules/(?!(@middy|@seriousme|jose)/)'],
  maxWorkers: 2,
  reporters: ['default', '<rootDir>/test/support/slowest-reporter.js'],
};
