const KEY = 'patina-lab:own-outputs';
/** Of this many notebooks the person's own outputs are remembered, of each this many. */
const MAX_NOTEBOOKS = 20;
const MAX_OUTPUTS = 500;

/** What is needed of the browser's `localStorage`. */
export type Remembered = Pick<Storage, 'getItem' | 'setItem'>;

/**
 * The output cells that the person at this browser asked for, by notebook.
 *
 * They are kept in the browser, not with the state of JupyterLab: that one is the server's, and
 * everybody with its token would be given the trust of everybody else.
 */
export class OwnOutputs {
  /** `later` is when what was added is written down. */
  constructor(
    private readonly _storage: Remembered,
    private readonly _later: (save: () => void) => void = whenIdle
  ) {
    for (const [notebook, outputs] of Object.entries(read(_storage))) {
      if (Array.isArray(outputs)) {
        this._own.set(notebook, new Set(outputs.map(String)));
      }
    }
  }

  has(notebook: string, output: string): boolean {
    return this._own.get(notebook)?.has(output) ?? false;
  }

  add(notebook: string, outputs: Iterable<string>): void {
    const own = new Set([...(this._own.get(notebook) ?? []), ...outputs]);
    // The notebook used last is the last one of the map.
    this._own.delete(notebook);
    this._own.set(notebook, own);
    this._saveLater();
  }

  /** Writing into the storage takes a moment in which an output could be shown. */
  private _saveLater(): void {
    if (!this._isWaiting) {
      this._isWaiting = true;
      this._later(() => this._save());
    }
  }

  private _save(): void {
    this._isWaiting = false;
    const kept = [...this._own]
      .slice(-MAX_NOTEBOOKS)
      .map(([notebook, outputs]) => [
        notebook,
        [...outputs].slice(-MAX_OUTPUTS)
      ]);
    try {
      this._storage.setItem(KEY, JSON.stringify(Object.fromEntries(kept)));
    } catch {
      // A full or forbidden storage: trust then lasts as long as the page.
    }
  }

  private _isWaiting = false;
  private readonly _own = new Map<string, Set<string>>();
}

/** Before the page may be gone: browsers tell that a page is hidden, not that it is closed. */
function whenIdle(save: () => void): void {
  const act = () => {
    cancelIdleCallback(idle);
    document.removeEventListener('visibilitychange', act);
    window.removeEventListener('pagehide', act);
    save();
  };
  const idle = requestIdleCallback(act, { timeout: 1000 });
  document.addEventListener('visibilitychange', act);
  window.addEventListener('pagehide', act);
}

function read(storage: Remembered): object {
  try {
    const kept: unknown = JSON.parse(storage.getItem(KEY) ?? '{}');
    return typeof kept === 'object' && kept !== null ? kept : {};
  } catch {
    return {};
  }
}
