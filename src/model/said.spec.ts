import {
  Gettext,
  nullTranslator,
  type TranslationBundle
} from '@jupyterlab/translation';
import { expect, test, vi } from 'vitest';
import type * as wire from '../wire';
import { reportLine, said, saidEach } from './said';

/** A language in which each text begins with §, and a word stands elsewhere. */
const CATALOGUE = {
  '': {
    domain: 'patina_lab',
    language: 'eo',
    pluralForms: 'nplurals=2; plural=(n != 1);'
  },
  'Restart the run.': ['§Restart'],
  'The kernel died: %1': ['§Died (%1)'],
  'killed by %1': ['§%1'],
  'open it again in the copy': ['§open again'],
  'it is on port %1': ['§port %1'],
  '%1. %2': ['%1 – %2'],
  'A cell of %2': ['§one of %2', '§%1 of %2']
};

function translator(): TranslationBundle {
  // What it asks for the language when nobody has said one.
  vi.stubGlobal('document', { documentElement: { getAttribute: () => 'eo' } });
  const gettext = new Gettext({ locale: 'eo', domain: 'patina_lab' });
  gettext.loadJSON(CATALOGUE, 'patina_lab');
  return gettext;
}

const trans = translator();
const english = nullTranslator.load('patina_lab');

const problem: wire.RunError = {
  message: 'The kernel died: killed by SIGKILL',
  reason: '2 cells of a.tsnb',
  hint: 'Restart the run.',
  wording: {
    message: {
      msgid: 'The kernel died: %1',
      values: [{ msgid: 'killed by %1', values: ['SIGKILL'] }]
    },
    reason: {
      msgid: 'A cell of %2',
      plural: '%1 cells of %2',
      values: [2, 'a.tsnb']
    }
  }
};

test('a text is said in the language of the page, with its values', () => {
  expect(said(problem, 'message', trans)).toBe('§Died (§SIGKILL)');
  expect(said(problem, 'reason', trans)).toBe('§2 of a.tsnb');
  expect(said(problem, 'hint', trans)).toBe('§Restart');
});

test('where there is no catalogue, it is the English of the server', () => {
  for (const field of ['message', 'reason', 'hint'] as const) {
    expect(said(problem, field, english)).toBe(problem[field]);
  }
});

test('what others have said is left as it is', () => {
  expect(said({ message: '100 %1 full' }, 'message', trans)).toBe(
    '100 %1 full'
  );
  expect(said({ message: 'ENOSPC' }, 'message', trans)).toBe('ENOSPC');
  expect(said({}, 'message' as never, trans)).toBe('');
});

test('a line of a report says what it is about in its own words', () => {
  const line = {
    kind: 'socket',
    name: 'server',
    what: 'it is on port 80',
    advice: 'open it again in the copy',
    wording: { what: { msgid: 'it is on port %1', values: ['80'] } }
  };
  expect(reportLine(line, trans)).toBe('server: §port 80 – §open again');
});

test('a line of a report has an end between the reason and the advice', () => {
  const advice = 'Make it again after loading.';
  const told = (what: string, more = advice) =>
    reportLine({ kind: 'lock', name: 'l', what, advice: more }, english);
  expect(told('it cannot be saved')).toBe(`l: it cannot be saved. ${advice}`);
  expect(told('Is it a lock?')).toBe(`l: Is it a lock? ${advice}`);
  expect(told('it cannot be saved', '')).toBe('l: it cannot be saved');
});

test('the texts of a list have their wording by their places', () => {
  const notes = ['Restart the run.', 'killed by itself'];
  const wording = { 'notes.1': { msgid: 'killed by %1', values: ['itself'] } };
  expect(saidEach({ notes, wording }, 'notes', trans)).toEqual([
    '§Restart',
    '§itself'
  ]);
});
