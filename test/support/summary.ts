import type { Reporter, TestModule } from 'vitest/node';

/** Prints the counts that CI reads as the last line of the output. */
export default class Summary implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const states = modules.flatMap((module) => [...module.children.allTests()].map((test) => test.result().state));
    const count = (state: string) => states.filter((one) => one === state).length;
    const broken = modules.filter((module) => module.state() === 'failed' && module.errors().length > 0).length;
    const failed = count('failed') + broken + unhandledErrors.length;
    // Printed on exit, after the default reporter's own output.
    process.once('exit', () => process.stdout.write(`${count('passed')} passed, ${failed} failed\n`));
  }
}
