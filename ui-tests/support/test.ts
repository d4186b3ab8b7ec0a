import { test as base } from '@playwright/test';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { PatinaPage, tsnb } from './notebook';
import { LabServer } from './server';

interface IFixtures {
  server: LabServer;
  patina: PatinaPage;
  /** Write a notebook into the workspace and return its path. */
  notebook: (name: string, sources: readonly string[]) => string;
}

/** Playwright's test with a real Jupyter server and a page object on it. */
export const test = base.extend<IFixtures>({
  server: async ({}, use) => {
    const server = await LabServer.start();
    await use(server);
    await server.dispose();
  },
  patina: async ({ page, server }, use) => {
    await use(new PatinaPage(page, server));
  },
  notebook: async ({ server }, use) => {
    await use((name, sources) => {
      writeFileSync(join(server.root, name), tsnb(randomUUID(), sources));
      return name;
    });
  }
});

export { expect } from '@playwright/test';
