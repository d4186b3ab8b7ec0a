import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, type WidgetTracker } from '@jupyterlab/apputils';
import { ITranslator } from '@jupyterlab/translation';
import { IPatinaTracker } from '../../tokens';
import type { TimelinePosition } from '../../widgets/notebook/body';
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
    const commands = new PanelCommands(app, tracker, palette);
    commands.add({
      id: 'layout',
      label: trans.__('Timeline Right, Below or Hidden'),
      execute: ({ content }) => (content.position = NEXT[content.position])
    });
    commands.add({
      id: 'cycle-pane',
      label: trans.__('Next Pane'),
      execute: cyclePane
    });
    commands.add({
      id: 'go-output',
      label: trans.__('Go to Output'),
      isEnabled: panel => panel.content.runPane !== null,
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
      isEnabled: panel => panel.content.runPane !== null,
      execute: ({ content }) => content.runPane?.toggleFollow()
    });
  }
};

/** Focus the next of source and timeline. */
function cyclePane({ content }: PatinaPanel): void {
  const { notebook, runPane } = content;
  const isInSource = notebook.node.contains(document.activeElement);
  if (isInSource && runPane?.isVisible) {
    runPane.activate();
  } else {
    notebook.activate();
  }
}
