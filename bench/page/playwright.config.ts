import { defineConfig } from '@playwright/test';
import tests from '../../ui-tests/playwright.config';

/** The page's measurements: one after the other, each with room to be slow. */
export default defineConfig({
  ...tests,
  testDir: '.',
  testMatch: '*.bench.ts',
  outputDir: '../../ui-tests/results/bench',
  timeout: 900_000,
  reporter: 'line',
  use: { ...tests.use, trace: 'off', actionTimeout: 120_000 }
});
