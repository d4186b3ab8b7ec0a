import type { JupyterFrontEnd } from '@jupyterlab/application';
import { MainAreaWidget } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { globalsIcon } from '../../icons';
import { type GlobalPath, pathKey } from '../../model/globalrows';
import type { IPatinaClient, IRunView } from '../../tokens';
import { GlobalPreview } from './preview';

/** The tabs of variables: one a variable and run, and all of them in one place. */
export class Previews {
  constructor(
    private readonly _shell: JupyterFrontEnd.IShell,
    private readonly _client: Pick<IPatinaClient, 'global'>,
    private readonly _trans: TranslationBundle
  ) {}

  /** Show a variable, or a part of one; the first beside the notebook, others with the last. */
  show(view: IRunView, name: string, path: GlobalPath): void {
    const key = `${view.id} ${pathKey(name, path)}`;
    const known = this._tabs.get(key);
    if (known) {
      this._shell.activateById(known.id);
      return;
    }
    const tab = this._make(view, name, path);
    const last = [...this._tabs.values()].at(-1);
    this._shell.add(tab, 'main', {
      ...(last
        ? { mode: 'tab-after', ref: last.id }
        : { mode: 'split-bottom' }),
      type: 'Patina Variable'
    });
    this._tabs.set(key, tab);
    tab.disposed.connect(() => this._tabs.delete(key));
  }

  private _make(view: IRunView, name: string, path: GlobalPath): Tab {
    const content = new GlobalPreview(
      this._client,
      view,
      name,
      path,
      this._trans
    );
    const tab = new MainAreaWidget({ content });
    tab.title.label = [name, ...path].join('');
    tab.title.caption = `${tab.title.label} · ${view.run.title}`;
    tab.title.icon = globalsIcon;
    tab.title.closable = true;
    return tab;
  }

  private readonly _tabs = new Map<string, Tab>();
}

type Tab = MainAreaWidget<GlobalPreview>;
