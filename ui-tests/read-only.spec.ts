import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PatinaPage, tsnb } from './support/notebook';
import { LabServer } from './support/server';
import { expect, test } from './support/test';

/** The id of a notebook that a test writes, and what the server is asked about it. */
const ID = '6f1d3a52-0c4b-4f1e-9a7d-2b8e5c7f9a10';
const PATH = 'shared.tsnb';

/** Run cells of the notebook as a program does, in a run of its own; return how to answer it. */
async function runElsewhere(
  server: LabServer,
  ...cells: string[]
): Promise<(seq: number, value: string) => Promise<void>> {
  const post = async (path: string, body: object) => {
    const reply = await server.request(`api/patina/${path}`, {
      method: 'POST',
      body: JSON.stringify(body)
    });
    expect(reply.ok, `${path}: ${reply.status}`).toBe(true);
    return (await reply.json().catch(() => ({}))) as { readonly id: string };
  };
  const { id } = await post(`notebooks/${ID}/runs`, {});
  await post(`runs/${id}/execute`, {
    cells: cells.map(cell => ({ id: cell })),
    request_id: 'of the test'
  });
  return async (seq, value) => {
    await post(`runs/${id}/input`, { output_cell: seq, value });
  };
}

function write(server: LabServer, ...more: string[]): void {
  const cells = ['print("live")', ...more].map(source => ({
    type: 'code' as const,
    source
  }));
  writeFileSync(join(server.root, PATH), tsnb(ID, cells, 'patina-python'));
}

test('who may only read opens a notebook, follows a run, and is offered nothing that would be refused', async ({
  page
}) => {
  process.env.PYTHONPATH = join(__dirname, 'support');
  const server = await LabServer.start(
    'stop',
    '--ServerApp.authorizer_class=readers.BrowsersRead'
  );
  delete process.env.PYTHONPATH;
  try {
    write(server, 'input("Name? ") + "!"');
    const patina = new PatinaPage(page, server);
    await patina.open(PATH);
    await expect(patina.panel.getByRole('alert')).toContainText(
      'you may not edit it'
    );
    await expect(patina.editor(0)).toHaveAttribute('aria-readonly', 'true');
    await patina.type(0, 'forged');
    await expect(patina.editor(0)).toHaveText('print("live")');
    const answer = await runElsewhere(server, 'cell0', 'cell1');
    await expect(patina.result(1, 1, 'succeeded')).toContainText('live');
    const asking = patina.output(2, 2, 'running');
    await expect(asking.getByLabel('Name?')).toBeVisible();
    await expect(asking.getByLabel('Name?')).toBeDisabled();
    await expect(asking.getByRole('button', { name: 'Send' })).toBeDisabled();
    await expect(asking).toContainText('You may not run code');
    await page.screenshot({ path: 'ui-tests/results/reader.png' });
    await answer(2, 'Ada');
    await expect(patina.result(2, 2, 'succeeded')).toContainText("'Ada!'");
    await expect(
      patina.panel.getByRole('button', { name: 'New Run' })
    ).toBeHidden();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.press('d');
    await page.keyboard.press('d');
    await expect(patina.sourceCells).toHaveCount(2);
    await expect(patina.outputs).toHaveCount(2);
  } finally {
    await server.dispose();
  }
});

test('a notebook that another server has is shown, and goes on here when that has ended', async ({
  page
}) => {
  const holder = await LabServer.start('stop');
  const other = await LabServer.beside(holder);
  try {
    write(holder);
    await holder.request(`api/patina/notebooks?path=${PATH}`);
    await runElsewhere(holder, 'cell0');
    const patina = new PatinaPage(page, other);
    await patina.open(PATH);
    const banner = patina.panel.getByRole('alert').first();
    await expect(banner).toContainText('another server has it');
    await expect(banner).toContainText(`port ${holder.port}`);
    await expect(patina.result(1, 1, 'succeeded')).toContainText('live');
    await expect(patina.editor(0)).toHaveAttribute('aria-readonly', 'true');
    await page.screenshot({ path: 'ui-tests/results/other-server.png' });
    await holder.kill('SIGKILL');
    await patina.dialog('Reload').click();
    await expect(patina.panel.getByRole('alert')).toHaveCount(0);
    await patina.panel.getByTitle('New Run', { exact: true }).click();
    await expect(patina.tabs).toHaveCount(2);
    await patina.run(0, 'print("here")');
    await expect(patina.timeline).toContainText('here');
  } finally {
    await other.dispose();
    await holder.dispose();
  }
});
