/** Tells after a run which test files took longest, so that nobody has to guess where the time goes. */
export default class SlowestReporter {
  onRunComplete(_contexts, { testResults }) {
    if (testResults.length < 10) return;
    const files = testResults
      .map(({ testFilePath, perfStats, numPassingTests }) => ({
        name: testFilePath.slice(process.cwd().length + 1),
        seconds: (perfStats.end - perfStats.start) / 1000,
        tests: numPassingTests,
      }))
      .sort((a, b) => b.seconds - a.seconds);
    const lines = files
      .slice(0, 8)
      .map(({ name, seconds, tests }) => `  ${seconds.toFixed(1).padStart(6)} s  ${name} (${tests} tests)`);
    process.stdout.write(`\nSlowest test files:\n${lines.join('\n')}\n`);
  }
}
