/* Runs one suite of Octane in the engine that evaluates this file; its value is a function.
 *
 * `read` gives a file's text, `files` are those of the suite, `ms` is the least time for each
 * benchmark. The answer has the milliseconds of each benchmark's quickest run, by its name. */
// eslint-disable-next-line @typescript-eslint/no-unused-expressions -- it is the value
(read, now, files, ms) => {
  // As in a shell of an engine: what looks for a page or for Node.js finds neither.
  for (const name of [
    'process',
    'require',
    'window',
    'document',
    'self',
    'navigator'
  ]) {
    globalThis[name] = undefined;
  }
  globalThis.print = () => {};
  globalThis.read = read;
  const evaluate = eval;
  files.forEach(file => evaluate(read(file)));

  const quickest = benchmark => {
    const end = now() + ms;
    let best = Infinity;
    benchmark.Setup();
    do {
      const began = now();
      benchmark.run();
      best = Math.min(best, now() - began);
    } while (now() < end);
    benchmark.TearDown();
    return best;
  };
  const { BenchmarkSuite } = globalThis;
  BenchmarkSuite.ResetRNG();
  const benchmarks = BenchmarkSuite.suites.flatMap(suite => suite.benchmarks);
  return Object.fromEntries(benchmarks.map(one => [one.name, quickest(one)]));
};
