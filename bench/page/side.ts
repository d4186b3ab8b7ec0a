import type { Browser, CDPSession, Locator, Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { options } from './options';

/** What differs between our notebook and the one it is compared with. */
export interface IKind {
  readonly name: 'ours' | 'stock';
  readonly extension: string;
  /** The notebook in the main area. */
  readonly panel: string;
  /** Where its outputs are, and what scrolls them. */
  readonly outputs: string;
  readonly outputScroller: string;
}

export const OURS: IKind = {
  name: 'ours',
  extension: 'tsnb',
  panel: '.jp-PatinaPanel',
  outputs: '.jp-PatinaTimeline .jp-OutputArea-output',
  outputScroller: '.jp-PatinaTimeline'
};

/** A stock notebook (`.ipynb`, ipykernel) in the same JupyterLab, with collaboration on. */
export const STOCK: IKind = {
  name: 'stock',
  extension: 'ipynb',
  panel: '.jp-NotebookPanel',
  outputs: '.jp-NotebookPanel .jp-OutputArea-output',
  outputScroller: '.jp-NotebookPanel .jp-WindowedPanel-outer'
};

/** One side of a comparison: a page of its own, with one kind of notebook. */
export class Side {
  private constructor(
    readonly kind: IKind,
    readonly page: Page
  ) {}

  /** Open JupyterLab, with nothing in it. */
  static async start(browser: Browser, kind: IKind): Promise<Side> {
    const side = new Side(kind, await browser.newPage());
    // On a machine that is very busy JupyterLab asks whether to wait on; a person does.
    const question = side.page.locator('.jp-Dialog', {
      hasText: 'taking some time to load'
    });
    await side.page.addLocatorHandler(question, async () =>
      question.locator('button').last().click()
    );
    const { url, token } = options();
    await side.page.goto(`${url}/lab?token=${token}&reset`);
    await side.page
      .locator('#jupyterlab-splash')
      .waitFor({ state: 'detached' });
    await side.page.locator('.jp-Launcher').waitFor();
    return side;
  }

  /** Open a notebook as a person does; returns when it was asked for. */
  async open(name: string): Promise<number> {
    const file = `${name}.${this.kind.extension}`;
    const item = this.page.locator('.jp-DirListing-item[data-isdir="false"]', {
      has: this.page.getByText(file, { exact: true })
    });
    await item.waitFor();
    // What JupyterLab still does in its first seconds is not what is measured.
    await this.page.waitForTimeout(1000);
    await item.click();
    const started = performance.now();
    await item.dblclick();
    return started;
  }

  editor(index: number): Locator {
    return this.page
      .locator(`${this.kind.panel} .jp-Notebook .jp-Cell`)
      .nth(index)
      .locator('.cm-content');
  }

  /**
   * What the page's process holds of the machine's memory, in MB: elements and pictures, too. Of
   * Chromium's renderer processes the largest is the page's; what it shares counts in part (PSS).
   */
  async memory(): Promise<number> {
    const browser = this.page.context().browser();
    const session = await browser?.newBrowserCDPSession();
    const info = await session?.send('SystemInfo.getProcessInfo');
    await session?.detach();
    const renderers = (info?.processInfo ?? []).filter(
      ({ type }) => type === 'renderer'
    );
    return Math.max(...renderers.map(({ id }) => proportionalMb(id)));
  }

  /**
   * Milliseconds of processor time that the page's main thread has spent so far: what others do on
   * this machine hardly changes it.
   */
  async processorTime(): Promise<number> {
    this._session ??= await this._measured();
    const { metrics } = await this._session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')!.value * 1000;
  }

  private async _measured(): Promise<CDPSession> {
    const session = await this.page.context().newCDPSession(this.page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    return session;
  }

  private _session: CDPSession | null = null;

  /** Bytes of the page's JavaScript heap after a collection, in MB. */
  async heap(): Promise<number> {
    const session = await this.page.context().newCDPSession(this.page);
    await session.send('HeapProfiler.collectGarbage');
    const { usedSize } = await session.send('Runtime.getHeapUsage');
    await session.detach();
    return usedSize / 1e6;
  }
}

/** The proportional set size of a process, in MB. */
function proportionalMb(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'ascii');
  const kilobytes = /^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? '0';
  return (Number(kilobytes) * 1024) / 1e6;
}
