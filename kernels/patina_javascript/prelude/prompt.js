/* prompt, confirm and alert: the notebook's line of input. */
import { call } from './host.js';
import { write } from './console.js';
import { expose } from './realm.js';

const asked = (message, otherwise) =>
  (otherwise === '' ? message : `${message} [${otherwise}]`).trimEnd() + ' ';

/* An empty line means the default; null is the end of input. */
function prompt(message = 'Prompt', otherwise = '', options = undefined) {
  const text = asked(String(message), String(otherwise ?? ''));
  const line = call('input', { prompt: text, password: Boolean(options?.password) }) ?? null;
  return line === '' ? String(otherwise ?? '') : line;
}

const confirm = (message = 'Confirm') => /^y(es)?$/i.test(prompt(`${message} [y/N]`)?.trim() ?? '');

const alert = (message = '') => write('stdout', `${message}\n`);

export function install() {
  expose('prompt', (message, otherwise, options) => prompt(message, otherwise, options));
  expose('confirm', message => confirm(message));
  expose('alert', message => alert(message));
}
