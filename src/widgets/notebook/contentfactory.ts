import { type ICellFooter } from '@jupyterlab/cells';
import { Notebook } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { RunStrip } from './runstrip';
import type { RunStrips } from './runstrips';

/** Makes the parts of the source side: JupyterLab's own, with a run strip as each cell's footer. */
export class SourceContentFactory extends Notebook.ContentFactory {
  constructor(
    options: Notebook.ContentFactory.IOptions,
    private readonly _strips: RunStrips,
    private readonly _trans: TranslationBundle
  ) {
    super(options);
  }

  override createCellFooter(): ICellFooter {
    return new RunStrip(this._strips, this._trans);
  }
}
