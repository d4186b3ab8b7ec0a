import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { WidgetTracker } from '@jupyterlab/apputils';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import { Panel } from '@lumino/widgets';
import { IPatinaTracker } from '../tokens';
import type { PatinaPanel } from '../widgets/notebook/panel';
import { RunStatusLine } from '../widgets/runs/runstatusline';

/** The status bar says what the shown run does. */
export const status: JupyterFrontEndPlugin<void> = {
  id: 'patina-lab:status',
  description: 'Shows the run of the notebook in front in the status bar.',
  autoStart: true,
  requires: [IPatinaTracker, IStatusBar, ITranslator],
  activate: (
    app,
    tracker: WidgetTracker<PatinaPanel>,
    bar: IStatusBar,
    translator: ITranslator
  ) => {
    const trans = translator.load('patina_lab');
    const item = new Panel();
    const moved = new Signal<object, void>(item);
    app.shell.currentChanged?.connect(() => moved.emit());
    tracker.currentChanged.connect((_, panel) => {
      item.widgets.slice().forEach(widget => widget.dispose());
      if (panel) {
        item.addWidget(new RunStatusLine(panel, trans));
      }
    });
    bar.registerStatusItem('patina-lab:status', {
      item,
      align: 'left',
      rank: 4,
      isActive: () =>
        tracker.currentWidget !== null &&
        tracker.currentWidget === app.shell.currentWidget,
      activeStateChanged: moved
    });
  }
};
