import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, type WidgetTracker } from '@jupyterlab/apputils';
import { ITranslator } from '@jupyterlab/translation';
import { IPatinaTracker } from '../../tokens';
import type { PatinaPanel } from '../../widgets/notebook/panel';
import { Tour } from '../../widgets/notebook/tour';
import { tourSteps } from '../../widgets/notebook/toursteps';
import { keysOf } from '../keys';
import { PanelCommands } from './panelcommands';

/** The tour of a notebook, for who sees one for the first time. */
export const tour: JupyterFrontEndPlugin<void> = {
  id: 'patina-lab:tour',
  description: 'Shows a person around in a Patina notebook.',
  autoStart: true,
  requires: [IPatinaTracker, ITranslator],
  optional: [ICommandPalette],
  activate: (
    app,
    tracker: WidgetTracker<PatinaPanel>,
    translator: ITranslator,
    palette: ICommandPalette | null
  ) => {
    const trans = translator.load('patina_lab');
    const commands = new PanelCommands(app, tracker, palette, trans);
    let last: Tour | null = null;
    commands.add({
      id: 'tour',
      label: trans.__('Take the Tour'),
      caption: trans.__('Show what is where in a Patina notebook'),
      execute: async panel => {
        last?.dispose();
        await focusSettled();
        const steps = tourSteps(trans, id => keysOf(app.commands, id));
        last = new Tour(steps, trans, () => panel.activate());
        last.start();
      }
    });
  }
};

/**
 * A palette or menu that goes has the notebook take the focus, and only then is it where it has to
 * be again at the end. The request passes from panel to body to notebook, a frame each at most.
 */
async function focusSettled(): Promise<void> {
  for (let hop = 0; hop < HOPS; hop++) {
    await new Promise(requestAnimationFrame);
  }
}

const HOPS = 4;
