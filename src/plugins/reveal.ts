import type { JupyterFrontEnd } from '@jupyterlab/application';
import { isCodeCellModel } from '@jupyterlab/cells';
import type { IPlainNotebooks } from '../tokens';
import type { PatinaPanel } from '../widgets/notebook/panel';

/** Go to an output cell, of the shown run or of the one that is named, also when others are in front. */
export function reveal(
  app: JupyterFrontEnd,
  panel: PatinaPanel | null,
  seq: number,
  run?: string
): void {
  const go = () => {
    if (panel && run !== undefined) {
      panel.content.currentRun = run;
    }
    panel?.content.revealSeq(seq);
  };
  if (panel?.isVisible) {
    go();
  } else if (panel) {
    app.shell.activateById(panel.id);
    // A notebook that comes to the front focuses its source first.
    setTimeout(go, 100);
  }
}

/** Go to the cell of a plain notebook that has this number now. */
export function revealExecution(
  { shell }: JupyterFrontEnd,
  { panel }: IPlainNotebooks,
  number: number
): void {
  const index = panel?.content.widgets.findIndex(
    ({ model }) => isCodeCellModel(model) && model.executionCount === number
  );
  if (panel && index !== undefined && index >= 0) {
    shell.activateById(panel.id);
    panel.content.activeCellIndex = index;
    void panel.content.scrollToItem(index);
  }
}
