import type { JupyterFrontEnd } from '@jupyterlab/application';
import {
  type ICommandPalette,
  Notification,
  type WidgetTracker
} from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { LabIcon } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
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
  /** Whether it is on, where it turns something on and off. */
  readonly isOn?: (panel: PatinaPanel) => boolean;
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

/** How long it is shown why a key does nothing, in milliseconds. */
const SHOWN = 4000;

/** Arguments of a command on the notebook in front, or on one that is behind. */
const PANEL_ARGUMENTS = {
  args: {
    type: 'object',
    properties: { panel: { type: 'string', description: 'The id of its tab' } }
  }
};

/**
 * Adds commands that act on the notebook in front, and puts them into the palette.
 *
 * Why a command cannot be done is its caption. Whoever presses its key is told as well: for keys
 * a command is therefore enabled wherever it could be meant.
 */
export class PanelCommands {
  constructor(
    private readonly _app: JupyterFrontEnd,
    private readonly _tracker: WidgetTracker<PatinaPanel>,
    private readonly _palette: ICommandPalette | null,
    private readonly _trans: TranslationBundle
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
    const { label, caption, icon } = command;
    const reason = (args: Arguments) => this._reason(command, args);
    const isMeant = (args: Arguments) =>
      this._panelOf(args) !== null || isInFront(command.elsewhere);
    this._app.commands.addCommand(id, {
      label,
      caption: args => reason(args) ?? caption ?? label,
      icon: icon?.bindprops({ stylesheet: 'menuItem' }),
      describedBy: PANEL_ARGUMENTS,
      isEnabled: args =>
        reason(args) === null || (isByKey(args) && isMeant(args)),
      execute: args => this._execute(command, args),
      ...this._toggled(command)
    });
    this._palette?.addItem({ command: id, category: 'Patina' });
  }

  /** Whether it is on; what turns nothing on and off must not say that it is off. */
  private _toggled({
    isOn
  }: IPanelCommand): Partial<CommandRegistry.ICommandOptions> {
    const isToggled = (args: Arguments) => {
      const panel = this._panelOf(args);
      return panel !== null && isOn?.(panel) === true;
    };
    return isOn ? { isToggleable: true, isToggled } : {};
  }

  /** Do it, or say why not. */
  private _execute(command: IPanelCommand, args: Arguments): unknown {
    const reason = this._reason(command, args);
    if (reason !== null) {
      Notification.info(reason, { autoClose: SHOWN });
      return undefined;
    }
    const panel = this._panelOf(args);
    return panel ? command.execute(panel) : command.elsewhere?.execute();
  }

  private _reason(command: IPanelCommand, args: Arguments): string | null {
    const panel = this._panelOf(args);
    if (panel) {
      return unableIn(panel, command);
    }
    return command.elsewhere?.isInFront()
      ? command.elsewhere.unable()
      : this._trans.__('No Patina notebook is in front');
  }

  private _panelOf({ panel: id }: Arguments): PatinaPanel | null {
    return typeof id === 'string'
      ? (this._tracker.find(panel => panel.id === id) ?? null)
      : this.panel;
  }
}

type Arguments = ReadonlyPartialJSONObject;

function isInFront(elsewhere: IElsewhere | undefined): boolean {
  return elsewhere?.isInFront() ?? false;
}

function isByKey({ _luminoEvent: event }: Arguments): boolean {
  return (event as { type?: unknown } | undefined)?.type === 'keybinding';
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
