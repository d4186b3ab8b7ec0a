import { PathExt } from '@jupyterlab/coreutils';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { ServiceManager } from '@jupyterlab/services';
import type { Widget } from '@lumino/widgets';
import type { IPatinaClient } from '../../tokens';

/** Creates notebooks and opens them. */
export class NotebookCreator {
  constructor(
    private readonly _client: IPatinaClient,
    private readonly _documents: IDocumentManager,
    private readonly _services: ServiceManager.IManager
  ) {}

  /** Create a notebook with a name of its own in the folder `cwd`, and open it. */
  async create(cwd: string, kernel: string): Promise<Widget | null> {
    const path = await this._freshPath(cwd);
    const { path: created } = await this._client.createNotebook(path, kernel);
    return this._documents.openOrReveal(created) ?? null;
  }

  private async _freshPath(cwd: string): Promise<string> {
    const folder = await this._services.contents.get(cwd);
    const files = folder.content as readonly { name: string }[];
    const taken = new Set(files.map(({ name }) => name));
    for (let n = 0; ; n++) {
      const name = `Untitled${n || ''}.tsnb`;
      if (!taken.has(name)) {
        return PathExt.join(cwd, name);
      }
    }
  }
}
