import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { formatBytes } from '../../model/bytes';
import { reportLine } from '../../model/said';
import type * as wire from '../../wire';
import { element } from '../timeline/element';

/** How long it is shown that all was saved, in milliseconds. */
const SHOWN = 5000;

/** Say what was saved and what was not. A notification is short: it leads to what that is. */
export function tellSaved(
  { path, bytes, report }: wire.SaveReply,
  { title }: wire.Run,
  trans: TranslationBundle
): void {
  const saved = trans.__(
    'The state of %1 is saved: %2',
    title,
    formatBytes(bytes)
  );
  if (report.length === 0) {
    Notification.success(`${saved}\n${path}`, { autoClose: SHOWN });
    return;
  }
  const less = trans._n(
    'One thing will not come back as it was.',
    '%1 things will not come back as they were.',
    report.length
  );
  const show = () =>
    void showDialog({
      title: less,
      body: new Widget({ node: listOf(path, report, trans) }),
      buttons: [Dialog.okButton()]
    });
  Notification.warning(`${saved}\n${less}`, {
    autoClose: false,
    actions: [{ label: trans.__('Show'), callback: show }]
  });
}

function listOf(
  path: string,
  report: readonly wire.ReportLine[],
  trans: TranslationBundle
): HTMLElement {
  const node = element('div', 'jp-PatinaReport');
  const list = element('ul', '');
  list.append(
    ...report.map(line => element('li', '', reportLine(line, trans)))
  );
  node.append(element('p', '', path), list);
  return node;
}
