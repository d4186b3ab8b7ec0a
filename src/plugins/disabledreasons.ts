import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

/**
 * A disabled command says why in a menu too, as a tooltip of its item.
 *
 * Toolbars show the caption of a command, which is the reason while it is disabled, and so does
 * the palette (style/base.css); Lumino's menus show no captions. The item under the pointer gets
 * its own then. What a key would do is told by the command itself (PanelCommands).
 */
export const disabledReasons: JupyterFrontEndPlugin<void> = {
  id: 'patina-lab:disabled-reasons',
  description: 'Says in menus why a command of Patina is disabled.',
  autoStart: true,
  activate: ({ commands }) => {
    document.addEventListener('mouseover', ({ target }) => {
      const item = itemAt(target);
      const command = item?.dataset.command ?? '';
      if (!item || !commands.hasCommand(command)) {
        return;
      }
      if (commands.isEnabled(command)) {
        item.removeAttribute('title');
      } else {
        item.title = commands.caption(command);
      }
    });
  }
};

/** The item of a menu that this element is in, when it stands for a command of ours. */
function itemAt(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element
    ? target.closest<HTMLElement>('.lm-Menu-item[data-command^="patina:"]')
    : null;
}
