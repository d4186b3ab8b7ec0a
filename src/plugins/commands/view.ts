import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, type WidgetTracker } from '@jupyterlab/apputils';
import { ITranslator } from '@jupyterlab/translation';
import { IPatinaTracker } from '../../tokens';
import type { TimelinePosition } from '../../model/halves';
import type { PatinaPanel } from '../../widgets/notebook/panel';
import { PanelCommands } from './panelcommands';

const NEXT: Record<TimelinePosition, TimelinePosition> = {
  right: 'below',
  below: 'hidden',
  hidden: 'right'
};

/** Commands about what is shown where. */
export const view: JupyterFrontEndPlugin<void> = {
  id: 'patina-lab:view-commands',
  description: 'Commands that arrange and walk the panes of a Patina notebook.',
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
    const noPane = ({ content }: PatinaPanel) =>
      content.runPane ? null : trans.__('The runs are not there yet');
    commands.add({
      id: 'layout',
      label: trans.__('Timeline Right, Below or Hidden'),
      execute: ({ content: { halves } }) =>
        (halves.position = NEXT[halves.position])
    });
    commands.add({
      id: 'cycle-pane',
      label: trans.__('Next Pane'),
      execute: cyclePane
    });
    commands.add({
      id: 'go-output',
      label: trans.__('Go to Output'),
      unable: noPane,
      execute: ({ content }) => {
        const cell = content.notebook.activeCell;
        return cell && content.strips.reveal(cell.model.id);
      }
    });
    commands.add({
      id: 'go-code',
      label: trans.__('Go to Code'),
      execute: ({ content }) => content.goToCode()
    });
    commands.add({
      id: 'toggle-follow',
      label: trans.__('Follow New Outputs'),
      unable: noPane,
      execute: ({ content }) => content.runPane?.toggleFollow()
    });
    for (const [id, label, step] of [
      ['older', trans.__('Older Output of Cell'), -1],
      ['newer', trans.__('Newer Output of Cell'), 1]
    ] as const) {
      commands.add({
        id,
        label,
        unable: noPane,
        execute: ({ content }) => {
          const cell = content.notebook.activeCell?.model.id ?? null;
          content.runPane?.step(cell, step);
        }
      });
    }
    commands.add({
      id: 'trust',
      label: trans.__('Trust Outputs'),
      unable: ({ trust }) =>
        trust?.isTrusted === false
          ? null
          : trans.__('The outputs of this notebook are trusted'),
      execute: ({ trust }) => trust?.trustAll()
    });
  }
};

/** Focus the next of source and timeline. */
function cyclePane({ content }: PatinaPanel): void {
  const { notebook, runPane, halves } = content;
  const isInSource = notebook.node.contains(document.activeElement);
  if (isInSource && runPane && halves.position !== 'hidden') {
    halves.showTimeline();
    runPane.activate();
  } else {
    halves.half = 'source';
    notebook.activate();
  }
}
