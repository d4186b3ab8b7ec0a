import type { IRunsModel } from '../../tokens';
import type { IRunPane } from './body';
import type { PatinaPanel } from './panel';

/** Opens the runs of a notebook beside its source. */
export class RunOpener {
  constructor(
    private readonly _createRuns: (
      notebook: string,
      panel: PatinaPanel
    ) => IRunsModel,
    private readonly _createPane: (
      panel: PatinaPanel,
      runs: IRunsModel
    ) => IRunPane
  ) {}

  open(panel: PatinaPanel): void {
    const { id } = panel.model.source.header;
    if (id !== null) {
      const runs = this._createRuns(id, panel);
      panel.content.open(id, runs, () => this._createPane(panel, runs));
    }
  }
}
