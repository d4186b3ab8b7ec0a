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
      execute: () => {
        last?.dispose();
        const steps = tourSteps(trans, id => keysOf(app.commands, id));
        last = new Tour(steps, trans);
        last.start();
      }
    });
  }
};
