import { expect, type Page } from '@playwright/test';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabServer } from '../../ui-tests/support/server';

interface IStockCell {
  source: string;
  outputs?: readonly object[];
}

/** A stock notebook (`.ipynb`, ipykernel) in the same JupyterLab, with collaboration on. */
export class StockPage {
  constructor(
    readonly page: Page,
    readonly server: LabServer
  ) {}

  /** Write a notebook into the workspace; return its path. */
  write(name: string, cells: readonly IStockCell[]): string {
    const notebook = {
      nbformat: 4,
      nbformat_minor: 5,
      metadata: {
        kernelspec: {
          name: 'python3',
          display_name: 'Python 3',
          language: 'python'
        }
      },
      cells: cells.map(({ source, outputs = [] }, index) => ({
        id: `c${index}`,
        cell_type: 'code',
        metadata: {},
        execution_count: null,
        source,
        outputs
      }))
    };
    writeFileSync(join(this.server.root, name), JSON.stringify(notebook));
    return name;
  }

  async open(path: string): Promise<void> {
    await this.page.goto(
      `${this.server.url}/lab/tree/${path}?token=${this.server.token}&reset`
    );
  }

  /** Wait until the kernel is idle. */
  async idle(): Promise<void> {
    await expect(
      this.page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]')
    ).toBeVisible({ timeout: 60_000 });
  }

  editor(index: number) {
    return this.page
      .locator(`.jp-NotebookPanel .jp-Cell`)
      .nth(index)
      .locator('.cm-content');
  }
}
