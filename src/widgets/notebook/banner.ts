import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import type { ISourceProblem } from '../../model/problem';
import { said } from '../../model/said';

/** A message above a notebook: what is the matter, and what to do. */
export class Banner extends Widget {
  constructor(message: string, hint: string) {
    super();
    this.addClass('jp-PatinaBanner');
    this.node.setAttribute('role', 'alert');
    const what = document.createElement('strong');
    what.textContent = message;
    const todo = document.createElement('span');
    todo.textContent = hint;
    this.node.append(what, todo);
  }

  /** A button at the end of the banner. */
  addButton(label: string, onClick: () => void): this {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'jp-mod-styled jp-mod-minimal';
    button.textContent = label;
    button.onclick = onClick;
    this.node.append(button);
    return this;
  }

  protected override onResize(): void {
    askForHeight(this);
  }

  protected override onAfterShow(): void {
    this.onResize();
  }

  /** A notebook of a program that came before: it is shown, and can be converted. */
  static ancestor(
    path: string,
    program: string,
    trans: TranslationBundle
  ): Banner {
    return new Banner(
      trans.__('%1 is a notebook of %2, open read-only.', path, program),
      trans.__(
        'Converting it makes a new notebook beside it, with its runs. The file stays as it is.'
      )
    );
  }

  /** What a person may not do with a notebook, and what they may. */
  static rights(
    path: string,
    mayEdit: boolean,
    mayRun: boolean,
    trans: TranslationBundle
  ): Banner {
    return new Banner(
      mayEdit
        ? trans.__('You may edit %1, and not run it.', path)
        : trans.__('%1 is open read-only: you may not edit it.', path),
      mayRun
        ? trans.__('You may run its cells as they are.')
        : trans.__(
            'What others run is shown as it goes on. Who runs this server can give you more rights.'
          )
    );
  }

  /** The file is not what its name promises; it stays as it is on disk. */
  static unreadable(
    path: string,
    problem: ISourceProblem,
    trans: TranslationBundle
  ): Banner {
    const where =
      problem.line === null
        ? path
        : trans.__('%1, line %2', path, problem.line);
    return new Banner(
      trans.__('%1 cannot be read: %2', where, said(problem, 'message', trans)),
      trans.__(
        'The file is untouched and nothing is saved to it. Correct it with a text editor, then open it again.'
      )
    );
  }
}

/** Lumino gives a widget no more height than it asks for, and text asks for nothing. */
export function askForHeight(widget: Widget): void {
  const { style } = widget.node;
  const { height, minHeight } = style;
  style.height = '0';
  style.minHeight = '';
  const most = parseFloat(getComputedStyle(widget.node).maxHeight);
  const wanted = Math.min(widget.node.scrollHeight, most || Infinity);
  style.height = height;
  style.minHeight = `${wanted}px`;
  if (style.minHeight !== minHeight) {
    widget.parent?.fit();
  }
}
