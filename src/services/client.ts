import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { UUID } from '@lumino/coreutils';
import type {
  IGlobalPage,
  IPatinaClient,
  IRunsLine,
  ISearchQuery
} from '../tokens';
import type * as wire from '../wire';
import { BlobCache } from './blobcache';
import { PatinaError } from './error';
import { SocketLost } from './socketrequests';

/** How many output cells a comparison lists at most; those that differ come first. */
const MOST_COMPARED = 1000;

/** Requests to the Patina server, as docs/reference/api.md has them. */
export class PatinaClient implements IPatinaClient {
  constructor(
    private readonly _settings: ServerConnection.ISettings,
    private readonly _trans: TranslationBundle
  ) {}

  info(): Promise<wire.Info> {
    return this._json('GET', '');
  }

  notebooks(): Promise<wire.Notebook[]> {
    return this._json('GET', 'notebooks');
  }

  notebookAt(path: string): Promise<wire.Notebook> {
    const query = URLExt.objectToQueryString({ path });
    return this._json('GET', `notebooks${query}`);
  }

  createNotebook(path: string, kernel: string): Promise<wire.Notebook> {
    const body: wire.CreateNotebook = { path, kernel };
    return this._json('POST', 'notebooks', body);
  }

  convert(wanted: wire.Convert): Promise<wire.Converted> {
    return this._json('POST', 'convert', wanted);
  }

  writeOver(notebook: string): Promise<wire.Notebook> {
    return this._json('POST', `notebooks/${name(notebook)}/write-over`);
  }

  newRun(notebook: string, options: wire.NewRun = {}): Promise<wire.Run> {
    return this._json('POST', `notebooks/${name(notebook)}/runs`, options);
  }

  use(line: IRunsLine): void {
    this._lines = [...this._lines.filter(one => !one.isDisposed), line];
  }

  /** The request carries an id of its own, so that one sent twice runs nothing twice. */
  async execute(
    run: string,
    cells: wire.CellReference[]
  ): Promise<readonly wire.OutputCell[]> {
    const body: wire.Execute = { cells, request_id: UUID.uuid4() };
    const cellsAsked = await this._carried(run, body);
    return cellsAsked ?? this._json('POST', `runs/${name(run)}/execute`, body);
  }

  /** The answer that came through an open line; null when none can be had there. */
  private async _carried(
    run: string,
    body: wire.Execute
  ): Promise<readonly wire.OutputCell[] | null> {
    for (const line of this._lines) {
      const answer = line.execute(run, body);
      if (answer !== null) {
        return answer.catch(nullWhereLost);
      }
    }
    return null;
  }

  async input(run: string, outputCell: number, value: string): Promise<void> {
    const body: wire.Input = { output_cell: outputCell, value };
    await this._send('POST', `runs/${name(run)}/input`, body);
  }

  async interrupt(run: string): Promise<void> {
    await this._send('POST', `runs/${name(run)}/interrupt`, {});
  }

  async restart(run: string): Promise<void> {
    await this._send('POST', `runs/${name(run)}/restart`, {});
  }

  async stop(run: string): Promise<void> {
    await this._send('POST', `runs/${name(run)}/stop`, {});
  }

  rename(run: string, title: string): Promise<wire.Run> {
    const body: wire.RenameRun = { title };
    return this._json('PATCH', `runs/${name(run)}`, body);
  }

  async deleteRun(run: string): Promise<void> {
    await this._send('DELETE', `runs/${name(run)}`);
  }

  blob(notebook: string, hash: string): Promise<ArrayBuffer> {
    return this._blobs.get(`notebooks/${name(notebook)}/blobs/${name(hash)}`);
  }

  /** The request carries an id of its own, so that one sent twice forks nothing twice. */
  fork(run: string, options: wire.ForkRun = {}): Promise<wire.Run> {
    const body: wire.ForkRun = { ...options, request_id: UUID.uuid4() };
    return this._json('POST', `runs/${name(run)}/fork`, body);
  }

  undo(run: string): Promise<wire.Run> {
    return this._json('POST', `runs/${name(run)}/undo`, {});
  }

  pin(run: string, seq: number, pinned: boolean): Promise<wire.OutputCell> {
    const body: wire.ChangeOutputCell = { pinned };
    return this._json('PATCH', `runs/${name(run)}/timeline/${seq}`, body);
  }

  async deleteOutput(run: string, seq: number): Promise<void> {
    await this._send('DELETE', `runs/${name(run)}/timeline/${seq}`);
  }

  freeSpace(run: string, keep: number): Promise<wire.FreedSpace> {
    const body: wire.FreeSpace = { keep };
    return this._json('POST', `runs/${name(run)}/free-space`, body);
  }

  save(run: string): Promise<wire.SaveReply> {
    return this._json('POST', `runs/${name(run)}/save`, {});
  }

  load(run: string, options: wire.LoadRun = {}): Promise<wire.Run> {
    return this._json('POST', `runs/${name(run)}/load`, options);
  }

  forkKernel(kernel: string): Promise<wire.ForkedKernel> {
    const body: wire.ForkKernel = {};
    return this._json('POST', `kernels/${name(kernel)}/fork`, body);
  }

  undoKernel(kernel: string): Promise<wire.UndoneKernel> {
    return this._json('POST', `kernels/${name(kernel)}/undo`, {});
  }

  kernelGlobals(kernel: string): Promise<wire.Global[]> {
    return this._json('GET', `kernels/${name(kernel)}/globals`);
  }

  kernelGlobal(
    kernel: string,
    variable: string,
    page: IGlobalPage
  ): Promise<wire.GlobalPage> {
    return this._variable(`kernels/${name(kernel)}`, variable, page);
  }

  globalsAfter(run: string, seq: number): Promise<wire.Global[]> {
    return this._json('GET', `runs/${name(run)}/globals?after=${seq}`);
  }

  global(
    run: string,
    variable: string,
    page: IGlobalPage
  ): Promise<wire.GlobalPage> {
    return this._variable(`runs/${name(run)}`, variable, page);
  }

  private _variable(
    owner: string,
    variable: string,
    { path, offset, limit }: IGlobalPage
  ): Promise<wire.GlobalPage> {
    const query = URLExt.objectToQueryString({
      path: JSON.stringify(path),
      offset,
      limit
    });
    return this._json('GET', `${owner}/globals/${name(variable)}${query}`);
  }

  compare(left: string, right: string): Promise<wire.Comparison> {
    const place = `runs/${name(left)}/compare/${name(right)}`;
    return this._json('GET', `${place}?limit=${MOST_COMPARED}`);
  }

  async compareReport(left: string, right: string): Promise<ArrayBuffer> {
    const place = `runs/${name(left)}/compare/${name(right)}/report.html`;
    return (await this._send('GET', place)).arrayBuffer();
  }

  search(notebook: string, query: ISearchQuery): Promise<wire.SearchPage> {
    const { words, place, run, cell, status, pictures, pinned, after } = query;
    const asked = Object.entries({
      q: words,
      in: place,
      run,
      cell,
      status,
      pictures: pictures && 'true',
      pinned: pinned && 'true',
      after
    }).filter((entry): entry is [string, string] => Boolean(entry[1]));
    const search = new URLSearchParams(asked);
    return this._json('GET', `notebooks/${name(notebook)}/search?${search}`);
  }

  private async _json<T>(
    method: string,
    path: string,
    body?: object
  ): Promise<T> {
    const response = await this._send(method, path, body);
    return (await response.json()) as T;
  }

  /** Rejects with a `PatinaError` when no answer comes or it is not a success. */
  private async _send(
    method: string,
    path: string,
    body?: object
  ): Promise<Response> {
    const url = URLExt.join(this._settings.baseUrl, 'api/patina', path);
    const init = { method, body: body && JSON.stringify(body) };
    const response = await this._reach(url, init);
    if (!response.ok) {
      throw await PatinaError.of(response, this._trans);
    }
    return response;
  }

  private async _reach(url: string, init: RequestInit): Promise<Response> {
    try {
      return await ServerConnection.makeRequest(url, init, this._settings);
    } catch (error) {
      throw new PatinaError(
        0,
        this._trans.__('The Patina server cannot be reached'),
        error instanceof Error ? error.message : String(error),
        this._trans.__(
          'Look whether the server still runs; nothing that it has is lost.'
        )
      );
    }
  }

  private _lines: readonly IRunsLine[] = [];
  private readonly _blobs = new BlobCache(async path => {
    const response = await this._send('GET', path);
    return response.arrayBuffer();
  });
}

/** What a line that broke did not answer is asked again; the server knows it by its id. */
function nullWhereLost(error: unknown): null {
  if (error instanceof SocketLost) {
    return null;
  }
  throw error;
}

/** An id as a part of a path. */
function name(id: string): string {
  return encodeURIComponent(id);
}
