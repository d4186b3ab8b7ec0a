import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ICommandPalette } from '@jupyterlab/apputils';
import { Clipboard } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { GlobalRow } from '../../model/globalrows';
import type { GlobalsPanel } from '../../widgets/globals/globalspanel';
import { commandsChanged } from './changed';
import { NO_ARGUMENTS } from './panelcommands';

/** What the commands need from around the panel. */
export interface IGlobalsActions {
  watch(name: string): Promise<void>;
  reveal(seq: number): void;
}

type GlobalLine = Extract<GlobalRow, { kind: 'global' }>;

/** Commands about the variables: show, filter, watch, open, copy, go to the cell. */
export function addGlobalsCommands(
  app: JupyterFrontEnd,
  palette: ICommandPalette | null,
  panel: GlobalsPanel,
  trans: TranslationBundle,
  actions: IGlobalsActions
): void {
  const add = (
    name: string,
    label: string,
    execute: () => unknown,
    unable: () => string | null = () => null
  ) => {
    const id = `patina:${name}`;
    app.commands.addCommand(id, {
      label,
      caption: () => unable() ?? label,
      describedBy: NO_ARGUMENTS,
      isEnabled: () => unable() === null,
      execute
    });
    palette?.addItem({ command: id, category: 'Patina' });
  };
  const line = (): GlobalLine | null => {
    const row = panel.grid.active;
    return row?.kind === 'global' ? row : null;
  };
  const noLine = () =>
    line() ? null : trans.__('No variable is selected in Globals');
  const isPast = () =>
    panel.model.hasParts
      ? null
      : trans.__('Of the past only what is shown here is kept');
  add('show-globals', trans.__('Show Globals'), () =>
    app.shell.activateById(panel.id)
  );
  add('filter-globals', trans.__('Filter Globals'), () => {
    if (!panel.isVisible) {
      app.shell.activateById(panel.id);
    }
    panel.filter();
  });
  add(
    'open-variable',
    trans.__('Open Variable'),
    () => panel.grid.activateRow(),
    // A group is opened as well, and what is left of parts is fetched.
    () => (line() ? isPast() : panel.grid.active ? null : noLine())
  );
  add(
    'watch',
    trans.__('Watch Variable'),
    () => actions.watch(line()?.name ?? ''),
    noLine
  );
  add(
    'copy-name',
    trans.__('Copy Name of Variable'),
    () => Clipboard.copyToSystem(expression(line())),
    noLine
  );
  add(
    'go-changed-by',
    trans.__('Go to Changing Cell'),
    () => actions.reveal(line()?.global.by ?? 0),
    () =>
      noLine() ??
      (line()?.global.by
        ? null
        : trans.__('It is not known which cell changed it'))
  );
  panel.model.changed.connect(() => commandsChanged(app.commands));
}

/** A variable or a part of it, as it is written in code where that can be told. */
function expression(line: GlobalLine | null): string {
  return line ? [line.name, ...line.path].join('') : '';
}
