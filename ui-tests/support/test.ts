import { test as base } from '@playwright/test';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { type ICellText, PatinaPage, tsnb } from './notebook';
import { LabServer } from './server';

interface IFixtures {
  server: LabServer;
  patina: PatinaPage;
  /** Write a notebook into the workspace, under a name of its own, and return its path. */
  notebook: (
    name: string,
    cells: readonly (string | ICellText)[],
    kernel?: string
  ) => string;
}

interface IWorkerFixtures {
  sharedServer: LabServer;
}

/**
 * Playwright's test with a page object on a real Jupyter server.
 *
 * Tests share the server and each has notebooks of its own, as a person's have; the kernels that
 * a test leaves are stopped after it.
 */
export const test = base.extend<IFixtures, IWorkerFixtures>({
  sharedServer: [
    async ({}, use) => {
      const server = await LabServer.start('stop');
      await use(server);
      await server.dispose();
    },
    { scope: 'worker' }
  ],
  server: async ({ sharedServer }, use) => {
    await use(sharedServer);
    await sharedServer.stopRuns();
  },
  patina: async ({ page, server }, use) => {
    const errors: Error[] = [];
    page.on('pageerror', error => errors.push(error));
    await use(new PatinaPage(page, server));
    base.expect(errors, 'errors that nothing in the page caught').toEqual([]);
  },
  notebook: async ({ server }, use) => {
    await use((name, cells, kernel = 'patina-python') => {
      const path = `${randomUUID().slice(0, 8)}-${name}`;
      writeFileSync(
        join(server.root, path),
        tsnb(randomUUID(), cells.map(asCell), kernel)
      );
      return path;
    });
  }
});

/** The same with a server of its own, for a test that ends it or fills it. */
export const testWithOwnServer = test.extend({
  server: async ({}, use) => {
    const server = await LabServer.start('stop');
    await use(server);
    await server.dispose();
  }
});

/** The same, and kernels of runs go on without it; the test stops them at its end. */
export const testWithLeavingServer = test.extend({
  server: async ({}, use) => {
    const server = await LabServer.start('keep');
    await use(server);
    await server.stopRuns();
    await server.dispose();
  }
});

function asCell(cell: string | ICellText): ICellText {
  return typeof cell === 'string' ? { type: 'code', source: cell } : cell;
}

export { expect } from '@playwright/test';
