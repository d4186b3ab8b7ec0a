import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import type { ISourceProblem } from '../../model/problem';

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
      trans.__('%1 cannot be read: %2', where, problem.message),
      trans.__(
        'The file is untouched and nothing is saved to it. Correct it with a text editor, then open it again.'
      )
    );
  }
}
