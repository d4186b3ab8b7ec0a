import type { JupyterFrontEnd } from '@jupyterlab/application';
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
    panel?.content.runPane?.revealSeq(seq);
  };
  if (panel?.isVisible) {
    go();
  } else if (panel) {
    app.shell.activateById(panel.id);
    // A notebook that comes to the front focuses its source first.
    setTimeout(go, 100);
  }
}
