import base from './jest.config.js';

/** The long end-to-end scenarios: crowds, faults at every step, deletion at every moment. Minutes, not seconds. */
export default { ...base, testPathIgnorePatterns: ['/node_modules/'], testMatch: ['**/test/e2e/**/*.test.ts'] };
