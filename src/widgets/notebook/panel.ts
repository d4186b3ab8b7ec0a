import { DocumentWidget } from '@jupyterlab/docregistry';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ISourceProblem } from '../../model/problem';
import type { Trust } from '../../model/trust';
import { type ISignal, Signal } from '@lumino/signaling';
import type { Access } from './access';
import { Banner } from './banner';
import type { PatinaBody } from './body';
import type { TsnbModel } from './documentmodel';
import type { Execution } from './execution';
import type { KernelLink } from './kernellink';
import type { LiveState } from './livestate';
import { ShownRun } from '../runs/shownrun';
import { contain } from '../timeline/containment';

/** A notebook in the main area: toolbar, banners, and the body once the document has arrived. */
export class PatinaPanel extends DocumentWidget<PatinaBody, TsnbModel> {
  constructor(
    options: DocumentWidget.IOptions<PatinaBody, TsnbModel>,
    protected readonly trans: TranslationBundle,
    /** What a person can do here. */
    readonly access: Access,
    /** Runs cells of this notebook. */
    readonly execution: Execution,
    /** The page's own connection to the kernel of the shown run. */
    readonly kernelLink: KernelLink,
    /** Called once, when the document has arrived and says which notebook this is. */
    private readonly _openRuns: () => void,
    /** Called when a person wants the notebook of another program as one of ours. */
    private readonly _convert: (path: string) => void
  ) {
    super(options);
    this.shownRun = new ShownRun(this.content);
    this.addClass('jp-PatinaPanel');
    contain(this.content.notebook.node, () => this._trust?.isTrusted ?? false);
    this.toolbar.node.setAttribute('aria-label', trans.__('Notebook actions'));
    this.node.dataset.jpKernelUser = 'true';
    this.node.dataset.jpCodeRunner = 'true';
    this.node.dataset.jpUndoer = 'true';
    access.changed.connect(this._onAccess, this);
    void Promise.all([this.context.ready, access.ready]).then(() =>
      this._start()
    );
  }

  readonly shownRun: ShownRun;

  /** Marks and forks; null until the runs are there. */
  live: LiveState | null = null;

  /** Which outputs may run scripts; null until the runs are there. */
  get trust(): Trust | null {
    return this._trust;
  }

  set trust(trust: Trust | null) {
    this._trust = trust;
    trust?.changed.connect(() => this._trustChanged.emit());
    this._trustChanged.emit();
  }

  get trustChanged(): ISignal<this, void> {
    return this._trustChanged;
  }

  get model(): TsnbModel {
    return this.context.model;
  }

  /** Show this message above the body; null takes it away. */
  setBanner(name: string, banner: Banner | null): void {
    const before = this._banners.get(name);
    const hadFocus = before?.node.contains(document.activeElement) ?? false;
    before?.dispose();
    this._banners.delete(name);
    if (hadFocus) {
      this.content.activate();
    }
    if (banner) {
      this._banners.set(name, banner);
      this.contentHeader.addWidget(banner);
    }
  }

  /** The notebook is about to be closed; its runs can still be looked at. */
  get closing(): ISignal<this, void> {
    return this._closing;
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this._closing.emit();
    }
    this.access.dispose();
    this.shownRun.dispose();
    this.kernelLink.dispose();
    this.content.dispose();
    super.dispose();
  }

  private _start(): void {
    if (this.isDisposed) {
      return;
    }
    const { source, synchronised } = this.model;
    source.headerChanged.connect(this._onHeader, this);
    this.disposed.connect(() =>
      source.headerChanged.disconnect(this._onHeader, this)
    );
    this._onAccess();
    if (synchronised) {
      this._onHeader();
    } else {
      this.setBanner('problem', this._notSynchronised());
    }
  }

  /** What cannot be done is not offered, and it is said why. */
  private _onAccess(): void {
    if (this.isDisposed || !this.model.synchronised) {
      return;
    }
    const { unableToEdit, unableToRun, lacksRight } = this.access;
    const isReadOnly = unableToEdit !== null;
    this.model.readOnly = isReadOnly;
    this.content.notebook.isReadOnly = isReadOnly;
    this.toggleClass('jp-mod-readOnly', isReadOnly);
    this.toggleClass('jp-mod-looksOn', unableToRun !== null);
    this.setBanner(
      'access',
      lacksRight
        ? Banner.rights(
            this.context.path,
            unableToEdit === null,
            unableToRun === null,
            this.trans
          )
        : null
    );
  }

  private _onHeader(): void {
    const { id, problem } = this.model.source.header;
    this.setBanner('problem', problem && this._explain(problem));
    if (problem?.ancestor && !this._isOpen) {
      this._isOpen = true;
      this.model.readOnly = true;
      this.content.notebook.display(this.model);
      return;
    }
    if (id === null || problem || this._isOpen) {
      return;
    }
    this._isOpen = true;
    this._showSource();
    this._openRuns();
  }

  private _explain(problem: ISourceProblem): Banner {
    const { context, trans } = this;
    const { path } = context;
    if (problem.ancestor === null) {
      return Banner.unreadable(path, problem, trans);
    }
    return Banner.ancestor(path, problem.ancestor, trans).addButton(
      trans.__('Convert'),
      () => this._convert(path)
    );
  }

  private _showSource(): void {
    const { notebook } = this.content;
    const { sharedModel } = this.model;
    if (sharedModel.cells.length === 0 && !this.model.readOnly) {
      sharedModel.insertCell(0, { cell_type: 'code' });
    }
    notebook.display(this.model);
    const isNew =
      !this.model.readOnly &&
      sharedModel.cells.length === 1 &&
      !sharedModel.cells[0].source;
    void this.revealed.then(() => {
      notebook.mode = isNew && !this.isDisposed ? 'edit' : notebook.mode;
    });
  }

  private _notSynchronised(): Banner {
    const trans = this.trans;
    return new Banner(
      trans.__(
        '%1 is open read-only: real-time collaboration is off.',
        this.context.path
      ),
      trans.__(
        'Patina notebooks are edited through jupyter-collaboration. Install and enable it (pip install jupyter-collaboration), restart the server and reload this page.'
      )
    );
  }

  private _isOpen = false;
  private _trust: Trust | null = null;
  private readonly _closing = new Signal<this, void>(this);
  private readonly _trustChanged = new Signal<this, void>(this);
  private readonly _banners = new Map<string, Banner>();
}
