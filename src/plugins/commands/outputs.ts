import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, type WidgetTracker } from '@jupyterlab/apputils';
import { ITranslator } from '@jupyterlab/translation';
import type { Unable } from '../../model/abilities';
import { IPatinaClient, IPatinaTracker } from '../../tokens';
import type * as wire from '../../wire';
import type { PatinaPanel } from '../../widgets/notebook/panel';
import { reported } from '../../widgets/notebook/report';
import { restoreCode, sourceOf } from '../../widgets/notebook/restore';
import type { IForkPlace } from '../../widgets/timeline/forkplace';
import { confirmed } from './confirmed';
import { PanelCommands } from './panelcommands';

/** Commands about output cells that are there: compare, restore, pin, delete, arrange. */
export const outputs: JupyterFrontEndPlugin<void> = {
  id: 'patina-lab:output-commands',
  description: 'Commands about the kept outputs of a Patina notebook.',
  autoStart: true,
  requires: [IPatinaClient, IPatinaTracker, ITranslator],
  optional: [ICommandPalette],
  activate: (
    app,
    client: IPatinaClient,
    tracker: WidgetTracker<PatinaPanel>,
    translator: ITranslator,
    palette: ICommandPalette | null
  ) => {
    const trans = translator.load('patina_lab');
    const commands = new PanelCommands(app, tracker, palette, trans);
    const noPane = ({ content }: PatinaPanel): Unable =>
      content.runPane ? null : trans.__('The runs are not there yet');
    /** A command about the output cell that has, or last had, the focus. */
    const add = (
      id: string,
      label: string,
      caption: string,
      execute: (place: IForkPlace, panel: PatinaPanel) => unknown,
      unable: (cell: wire.OutputCell, panel: PatinaPanel) => Unable = () => null
    ) =>
      commands.add({
        id,
        label,
        caption,
        needs: id === 'diff-code' ? undefined : 'edit',
        unable: panel => {
          const place = panel.content.runPane?.focusedPlace;
          return place
            ? unable(place.cell, panel)
            : trans.__('No output has the focus');
        },
        execute: panel => {
          const place = panel.content.runPane?.focusedPlace;
          return place && execute(place, panel);
        }
      });
    add(
      'diff-code',
      trans.__('Diff with Source'),
      trans.__('The code of the focused output against the source now'),
      (_, { content }) => content.runPane?.toggleDiff()
    );
    add(
      'restore-code',
      trans.__('Restore Code'),
      trans.__('Make the source of the cell what it was when it ran'),
      ({ cell }, panel) => restoreCode(panel, cell),
      (cell, panel) =>
        panel.model.readOnly
          ? trans.__('The notebook is read-only')
          : sourceOf(panel, cell.cell) === cell.source
            ? trans.__('The code is as it ran')
            : null
    );
    add(
      'pin-output',
      trans.__('Pin Output'),
      trans.__('Keep the focused output in view, or no longer'),
      ({ run, cell }) => reported(client.pin(run, cell.seq, !cell.pinned))
    );
    add(
      'delete-output',
      trans.__('Delete from History…'),
      trans.__('Delete the focused output, for everybody'),
      async ({ run, cell }) => {
        const isSure = await confirmed(
          trans.__('Delete output %1?', cell.seq),
          trans.__(
            'It is deleted from the history for everybody. What it did to the variables stays. This cannot be undone.'
          ),
          trans.__('Delete')
        );
        return isSure && reported(client.deleteOutput(run, cell.seq));
      },
      ({ seq, status }) =>
        status === 'queued' || status === 'running'
          ? trans.__('Output %1 has not finished', seq)
          : null
    );
    commands.add({
      id: 'toggle-fold',
      label: trans.__('Fold Re-runs'),
      caption: trans.__('Of outputs of one cell in a row, show the latest'),
      unable: panel =>
        panel.content.runPane?.arranging.groupBy === 'cell'
          ? trans.__('By cell, outputs are folded anyhow')
          : noPane(panel),
      execute: ({ content: { runPane } }) =>
        runPane && (runPane.arranging.folds = !runPane.arranging.folds)
    });
    commands.add({
      id: 'group-by',
      label: trans.__('Outputs by Time or by Cell'),
      unable: noPane,
      execute: ({ content: { runPane } }) => {
        if (runPane) {
          const { arranging } = runPane;
          arranging.groupBy = arranging.groupBy === 'time' ? 'cell' : 'time';
        }
      }
    });
  }
};
