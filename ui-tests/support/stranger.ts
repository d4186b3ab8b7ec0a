import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { LabServer } from './server';

const BIN = resolve(__dirname, '../../.venv/bin');
const FORGE = join(__dirname, 'forge.py');

interface IOutputCell {
  readonly seq: number;
  readonly status: string;
}

/** Somebody without a page, who runs cells and edits notebooks that a person then opens. */
export class Stranger {
  constructor(private readonly _server: LabServer) {}

  /** Run code cells of a notebook to their end. */
  async run(path: string, cells: readonly string[]): Promise<void> {
    const query = `notebooks?path=${encodeURIComponent(path)}`;
    const notebook = await this._ask<{ id: string }>('GET', query);
    const runs = `notebooks/${notebook.id}/runs`;
    const run = await this._ask<{ id: string }>('POST', runs, {});
    await this._ask('POST', `runs/${run.id}/execute`, {
      cells: cells.map(id => ({ id })),
      request_id: randomUUID()
    });
    const timeline = `runs/${run.id}/timeline`;
    const isOpen = ({ status }: IOutputCell) =>
      status === 'queued' || status === 'running';
    while ((await this._ask<IOutputCell[]>('GET', timeline)).some(isOpen)) {
      await new Promise(done => setTimeout(done, 100));
    }
  }

  /** Give the first cell values in the shared source, as any client of its room can. */
  forge(path: string, values: object): void {
    const { url, token } = this._server;
    execFileSync(
      join(BIN, 'python'),
      [FORGE, url, token, path, JSON.stringify(values)],
      { env: { ...process.env, PYTHONPATH: resolve(__dirname, '../..') } }
    );
  }

  private async _ask<T>(
    method: string,
    path: string,
    body?: object
  ): Promise<T> {
    const reply = await this._server.request(`api/patina/${path}`, {
      method,
      ...(body && { body: JSON.stringify(body) })
    });
    if (!reply.ok) {
      throw new Error(
        `${method} ${path}: ${reply.status} ${await reply.text()}`
      );
    }
    return (await reply.json()) as T;
  }
}
