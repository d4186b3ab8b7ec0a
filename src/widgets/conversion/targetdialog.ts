import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

/** What a person is asked before a file is written. */
export interface ITargetQuestion {
  readonly title: string;
  readonly path: string;
  readonly accept: string;
  /** Where there is a choice of runs: their ids and titles, and which is chosen at first. */
  readonly runs?: readonly { readonly id: string; readonly title: string }[];
  readonly run?: string | null;
  /** Where there is a choice between all runs and none. */
  readonly withRuns?: boolean;
}

export interface ITarget {
  readonly path: string;
  /** The id of the run whose outputs go along. */
  readonly run: string | null;
  readonly withRuns: boolean;
}

/** Asks for the path of a new file, and which runs go along; null when nothing is wanted. */
export async function askTarget(
  question: ITargetQuestion,
  trans: TranslationBundle
): Promise<ITarget | null> {
  const body = new TargetForm(question, trans);
  const accept = Dialog.okButton({ label: question.accept });
  const { button } = await showDialog({
    title: question.title,
    body,
    buttons: [Dialog.cancelButton(), accept],
    focusNodeSelector: 'input'
  });
  const { path } = body.target;
  return button.accept && path ? body.target : null;
}

class TargetForm extends Widget {
  constructor(question: ITargetQuestion, trans: TranslationBundle) {
    super();
    this.addClass('jp-PatinaTarget');
    this._path.value = question.path;
    this._path.className = 'jp-mod-styled';
    this.node.append(labelled(trans.__('File'), this._path));
    if (question.runs) {
      this._run.append(
        ...question.runs.map(
          ({ id, title }) =>
            new Option(title, id, false, id === (question.run ?? ''))
        ),
        new Option(trans.__('None'), '', false, !question.run)
      );
      this._run.className = 'jp-mod-styled';
      this.node.append(labelled(trans.__('Outputs of'), this._run));
    }
    if (question.withRuns !== undefined) {
      this._withRuns.type = 'checkbox';
      this._withRuns.checked = question.withRuns;
      const label = labelled(trans.__('With its runs'), this._withRuns);
      label.classList.add('jp-mod-checkbox');
      this.node.append(label);
    }
  }

  get target(): ITarget {
    return {
      path: this._path.value.trim(),
      run: this._run.value || null,
      withRuns: this._withRuns.checked
    };
  }

  private readonly _path = document.createElement('input');
  private readonly _run = document.createElement('select');
  private readonly _withRuns = document.createElement('input');
}

function labelled(text: string, field: HTMLElement): HTMLLabelElement {
  const label = document.createElement('label');
  const name = document.createElement('span');
  name.textContent = text;
  label.append(name, field);
  return label;
}
