import type { PatinaPage } from './support/notebook';
import { test, expect } from './support/test';

/** What cells say in turn; the last fails. */
const SOURCES = ['a = 1', 'a = 2', 'a = 3', '1 / 0'];
const CELLS = 3;
const STEPS = 100;
/** As many states as a kernel keeps. */
const MOST_UNDONE = 9;

/** One execution, as a person who watches would note it down. */
interface IExecution {
  readonly cell: number;
  readonly source: string;
  readonly session: number;
  isUndone: boolean;
}

/** What a person knows of a notebook who wrote down all that they did. */
class Account {
  readonly sources = Array<string>(CELLS).fill(SOURCES[0]);
  readonly executions: IExecution[] = [];
  session = 1;

  ran(cell: number): void {
    const source = this.sources[cell];
    this.executions.push({
      cell,
      source,
      session: this.session,
      isUndone: false
    });
  }

  /** The executions that can be undone, the last one first. */
  get undoable(): IExecution[] {
    const since = this.executions.filter(it => it.session === this.session);
    return since
      .slice(-MOST_UNDONE)
      .filter(it => !it.isUndone)
      .reverse();
  }

  /** What the line under a cell has to say. */
  strip(cell: number): string {
    const last = this._last(cell);
    if (!last) {
      const hasRun = this.executions.some(it => it.cell === cell);
      return hasRun ? '⤺ undone' : '';
    }
    if (last.source !== this.sources[cell]) {
      return '✎ edited since it ran';
    }
    if (last.session !== this.session) {
      return '↺ old session';
    }
    return last.source === SOURCES[3] ? '✗ failed' : '✓ succeeded';
  }

  /** What the header of an output has to say. */
  mark(seq: number): string {
    const execution = this.executions[seq - 1];
    if (execution.isUndone) {
      return '⤺ undone';
    }
    const isLast = this._last(execution.cell) === execution;
    const isEdited = execution.source !== this.sources[execution.cell];
    if (isLast && isEdited) {
      return '✎ edited since it ran';
    }
    return execution.session === this.session ? '' : '↺ old session';
  }

  get edited(): number {
    return this.sources.filter((_, cell) => this.strip(cell).startsWith('✎'))
      .length;
  }

  private _last(cell: number): IExecution | undefined {
    return this.executions
      .filter(it => it.cell === cell && !it.isUndone)
      .at(-1);
  }
}

/** What the page says: under the cells, in the headers of outputs, in the status bar. */
async function said(patina: PatinaPage) {
  return patina.page.evaluate(cells => {
    const text = (node: Element, part: string) =>
      node.querySelector(part)?.textContent ?? '';
    const panel = document.querySelector('.jp-PatinaPanel')!;
    const strips = [...panel.querySelectorAll('.jp-PatinaStrip')]
      .slice(0, cells)
      .map(strip => text(strip, '.jp-PatinaStrip-status'));
    const articles = [
      ...panel.querySelectorAll<HTMLElement>('.jp-PatinaOutput')
    ];
    const done = articles.filter(({ dataset }) =>
      ['succeeded', 'failed'].includes(dataset.status ?? '')
    );
    const seqOf = ({ dataset }: HTMLElement) => Number(dataset.seq);
    const marks = articles.map(
      article =>
        [seqOf(article), text(article, '.jp-PatinaOutput-mark')] as const
    );
    const bar = document.querySelector('#jp-bottom-panel')?.textContent ?? '';
    const edited = Number(/(\d+) edited/.exec(bar)?.[1] ?? 0);
    const last = Math.max(0, ...done.map(seqOf));
    return { strips, marks, edited, last };
  }, CELLS);
}

/** The session that the run is in, as the server says it. */
async function session(patina: PatinaPage): Promise<number> {
  const reply = await patina.server.request('api/patina/notebooks');
  const open = (await reply.json()) as { runs: { session: number }[] }[];
  return Math.max(0, ...open.flatMap(({ runs }) => runs.map(it => it.session)));
}

/** The command is off until the page knows that the kernel keeps the state. */
async function undo(patina: PatinaPage): Promise<void> {
  await expect(async () => {
    await patina.page.keyboard.press('Escape');
    await patina.page
      .getByRole('menubar')
      .getByRole('menuitem', { name: 'Patina', exact: true })
      .click();
    const item = patina.page.getByRole('menuitem', {
      name: /^Undo Last Execution/
    });
    await expect(item).toBeEnabled({ timeout: 300 });
    await item.click({ timeout: 2000 });
  }).toPass();
}

test('no mark is wrong in a hundred random steps of a person', async ({
  patina,
  notebook
}) => {
  test.setTimeout(400_000);
  const seed = Number(process.env.PATINA_SEED ?? 20261129);
  let state = seed;
  const random = (below: number) => {
    state = (state * 48271) % 2147483647;
    return state % below;
  };
  const account = new Account();
  await patina.visit(notebook('random.tsnb', [...account.sources, 'pass']));
  await expect(patina.sourceCells).toHaveCount(CELLS + 1, { timeout: 60_000 });
  const steps: string[] = [];
  const step = async (): Promise<string> => {
    const cell = random(CELLS);
    const choice = random(20);
    if (choice < 7) {
      account.sources[cell] = SOURCES[random(SOURCES.length)];
      await patina.type(cell, account.sources[cell]);
      return `cell ${cell + 1} says ${account.sources[cell]}`;
    }
    if (choice < 15 || account.executions.length === 0) {
      account.ran(cell);
      await patina.editor(cell).click();
      await patina.page.keyboard.press('Shift+Enter');
      return `run cell ${cell + 1}`;
    }
    const [last] = account.undoable;
    if (choice < 19 && last) {
      last.isUndone = true;
      await undo(patina);
      return `undo cell ${last.cell + 1}`;
    }
    account.session += 1;
    await patina.menu('Patina', 'Restart Kernel…', cell);
    await patina.dialog('Restart').click();
    await expect.poll(() => session(patina)).toBe(account.session);
    return 'restart';
  };
  for (let number = 0; number < STEPS; number++) {
    steps.push(await step());
    await expect(patina.idle).toBeVisible();
    const history = `seed ${seed}, after ${steps.join(', ')}`;
    // Which outputs are in the page is not the question; what each of them says is.
    const expected = (marks: readonly (readonly [number, string])[]) => ({
      strips: account.sources.map((_, cell) => account.strip(cell)),
      marks: marks.map(([seq]) => [seq, account.mark(seq)]),
      edited: account.edited,
      last: account.executions.length
    });
    await expect(async () => {
      const now = await said(patina);
      expect(now, history).toEqual(expected(now.marks));
    }).toPass({ timeout: 30_000 });
  }
});
