/* Runs the suite of Octane that an engine has read; the value of this file is a function.
 *
 * `now` is a clock in milliseconds, `ms` the least time for each benchmark. The answer has the
 * milliseconds of each benchmark's quickest run, by its name. */
// eslint-disable-next-line @typescript-eslint/no-unused-expressions -- it is the value
(now, ms) => {
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
