import { expect, type Locator, type Page } from '@playwright/test';
import type { LabServer } from './server';

/** A Patina notebook in a page, driven by what a person sees and a screen reader says. */
export class PatinaPage {
  constructor(
    readonly page: Page,
    readonly server: LabServer
  ) {}

  /** Open JupyterLab, on a notebook when a path is given, and wait for its cells. */
  async open(path = ''): Promise<void> {
    await this.visit(path);
    if (path) {
      await expect(this.sourceCells.first()).toBeVisible();
    }
  }

  /** Open JupyterLab, on a file when a path is given. */
  async visit(path: string): Promise<void> {
    const where = path ? `/lab/tree/${path}` : '/lab';
    await this.page.goto(
      `${this.server.url}${where}?token=${this.server.token}&reset`
    );
    await this.page
      .locator('#jupyterlab-splash')
      .waitFor({ state: 'detached' });
  }

  /** Create a notebook with a card of the launcher. */
  async createFromLauncher(card = 'Patina Python'): Promise<void> {
    await this.page
      .locator('.jp-Launcher-section')
      .filter({ has: this.page.getByRole('heading', { name: 'Patina' }) })
      .locator('.jp-LauncherCard', { hasText: card })
      .click();
    await expect(this.sourceCells.first()).toBeVisible();
  }

  get panel(): Locator {
    return this.page.locator('.jp-PatinaPanel:visible');
  }

  get sourceCells(): Locator {
    return this.panel.locator('.jp-Notebook .jp-Cell');
  }

  editor(index: number): Locator {
    return this.sourceCells.nth(index).locator('.cm-content');
  }

  get tabs(): Locator {
    return this.panel.getByRole('tablist', { name: 'Runs' }).getByRole('tab');
  }

  get timeline(): Locator {
    return this.panel.getByRole('feed', { name: 'Timeline' });
  }

  get outputs(): Locator {
    return this.timeline.getByRole('article');
  }

  /** The output cell with this name, as a screen reader says it. */
  output(seq: number, cell: number, status: string): Locator {
    return this.timeline.getByRole('article', {
      name: `Output ${seq}, cell ${cell}, ${status}`
    });
  }

  /** What such an output cell shows below its header and the source as it ran. */
  result(seq: number, cell: number, status: string): Locator {
    return this.output(seq, cell, status).locator('.jp-OutputArea');
  }

  /** What the toolbar says of the shown run. */
  get runStatus(): Locator {
    return this.panel.getByRole('toolbar').locator('.jp-PatinaRunStatus');
  }

  /** A button of the dialog that is open. */
  dialog(button: string): Locator {
    return this.page.getByRole('dialog').getByRole('button', { name: button });
  }

  /** A button of a notification. */
  notification(button: string): Locator {
    return this.page.getByRole('alert').getByRole('button', { name: button });
  }

  /** What the toolbar says of a run that waits for work. */
  get idle(): Locator {
    return this.panel
      .locator('.jp-PatinaRunStatus')
      .getByText('idle', { exact: false });
  }

  /** Press the keys of a command, as in the command mode of the source. */
  async command(_label: string, ...keys: string[]): Promise<void> {
    await this.page.keyboard.press('Escape');
    for (const key of keys) {
      await this.page.keyboard.press(key);
    }
  }

  /** Choose an item of a menu of the menu bar; with the cell `index` active, when one is named. */
  async menu(menu: string, item: string, index?: number): Promise<void> {
    if (index !== undefined) {
      await this.sourceCells.nth(index).click();
    }
    await this.page
      .getByRole('menubar')
      .getByRole('menuitem', { name: menu, exact: true })
      .click();
    await this.page.getByRole('menuitem', { name: menuName(item) }).click();
  }

  /** Replace the source of a cell by typing. */
  async type(index: number, source: string): Promise<void> {
    await this.editor(index).click();
    await this.page.keyboard.press('Control+a');
    await this.page.keyboard.insertText(source);
  }

  /** Type into a cell and press Shift+Enter; JupyterLab then goes to the next cell. */
  async run(index: number, source?: string): Promise<void> {
    await this.press(index, source);
    await this.isAt(index + 1);
  }

  /** The same for a cell that asks: its question may have the focus before one could look. */
  async press(index: number, source?: string): Promise<void> {
    if (source === undefined) {
      await this.editor(index).click();
    } else {
      await this.type(index, source);
    }
    await this.page.keyboard.press('Shift+Enter');
  }

  /** The cell is the active one and has the focus: what is typed goes to it. */
  async isAt(index: number): Promise<void> {
    const cell = this.sourceCells.nth(index);
    await expect(cell).toHaveClass(/jp-mod-active/);
    await expect
      .poll(() => cell.evaluate(node => node.contains(document.activeElement)))
      .toBe(true);
  }
}

/** The name of an item of a menu: its label, and its keys where it has some. */
function menuName(label: string): RegExp {
  const escaped = label.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped}( \\S+(, \\S+)*)?$`);
}

/** A cell of a notebook that a test writes. */
export interface ICellText {
  readonly type: 'code' | 'markdown' | 'raw';
  readonly source: string;
}

/** A `.tsnb` file as a person or git would write it. */
export function tsnb(
  id: string,
  cells: readonly ICellText[],
  kernel: string
): string {
  const header = `format = "patina-lab 1"\nid = "${id}"\nkernel = "${kernel}"\nlanguage = "python"\n`;
  const tables = cells.map(
    ({ type, source }, index) =>
      `\n[[cells]]\nid = "cell${index}"\ntype = "${type}"\nsource = '''\n${source}'''\n`
  );
  return header + tables.join('');
}
