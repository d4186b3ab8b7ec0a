import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ICommandPalette, WidgetTracker } from '@jupyterlab/apputils';
import type { LabIcon } from '@jupyterlab/ui-components';
import type { PatinaPanel } from '../../widgets/notebook/panel';
import { commandsChanged } from './changed';

/** Arguments of a command that takes none. */
export const NO_ARGUMENTS = { args: { type: 'object', properties: {} } };

/** A command that acts on the notebook in front. */
export interface IPanelCommand {
  /** Without the prefix `patina:`. */
  readonly id: string;
  readonly label: string;
  readonly caption?: string;
  readonly icon?: LabIcon;
  /** What a person must be able to do with the notebook, if it changes anything. */
  readonly needs?: 'edit' | 'run';
  /** Why it cannot be done now; null when it can. */
  readonly unable?: (panel: PatinaPanel) => string | null;
  readonly execute: (panel: PatinaPanel) => unknown;
  /** What it does where no Patina notebook is in front. */
  readonly elsewhere?: IElsewhere;
}

/** What a command does in something else than a Patina notebook. */
export interface IElsewhere {
  isInFront(): boolean;
  /** Why it cannot be done now; null when it can. */
  unable(): string | null;
  execute(): unknown;
}

/** Adds commands that act on the notebook in front, and puts them into the palette. */
export class PanelCommands {
  constructor(
    private readonly _app: JupyterFrontEnd,
    private readonly _tracker: WidgetTracker<PatinaPanel>,
    private readonly _palette: ICommandPalette | null
  ) {
    const changed = () => commandsChanged(_app.commands);
    _tracker.currentChanged.connect(changed);
    _app.shell.currentChanged?.connect(changed);
    _tracker.widgetAdded.connect((_, panel) => {
      panel.shownRun.changed.connect(changed);
      panel.trustChanged.connect(changed);
      panel.access.changed.connect(changed);
    });
  }

  /** The notebook in front; null when something else is. */
  get panel(): PatinaPanel | null {
    const panel = this._tracker.currentWidget;
    return panel && panel === this._app.shell.currentWidget ? panel : null;
  }

  add(command: IPanelCommand): void {
    const id = `patina:${command.id}`;
    const { label, caption, icon, execute } = command;
    const elsewhere = () =>
      command.elsewhere?.isInFront() ? command.elsewhere : null;
    const reason = () =>
      this.panel
        ? unableIn(this.panel, command)
        : (elsewhere()?.unable() ?? null);
    this._app.commands.addCommand(id, {
      label,
      caption: () => reason() ?? caption ?? label,
      icon: icon?.bindprops({ stylesheet: 'menuItem' }),
      describedBy: NO_ARGUMENTS,
      isEnabled: () =>
        (this.panel !== null || elsewhere() !== null) && reason() === null,
      execute: () => {
        const panel = this.panel;
        return panel ? execute(panel) : elsewhere()?.execute();
      }
    });
    this._palette?.addItem({ command: id, category: 'Patina' });
  }
}

function unableIn(
  panel: PatinaPanel,
  { needs, unable }: IPanelCommand
): string | null {
  const { access } = panel;
  const lack =
    needs === 'run'
      ? access.unableToRun
      : needs === 'edit'
        ? access.unableToEdit
        : null;
  return lack ?? unable?.(panel) ?? null;
}
