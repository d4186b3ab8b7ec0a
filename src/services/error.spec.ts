import {
  nullTranslator,
  type TranslationBundle
} from '@jupyterlab/translation';
import { expect, test } from 'vitest';
import { PatinaError } from './error';

const english = nullTranslator.load('patina_lab');
/** A language in which each text is written in capitals; a value stays as it is. */
const loud: TranslationBundle = {
  ...english,
  gettext: (text, ...values: unknown[]) =>
    english.gettext(text.toUpperCase(), ...values)
};

const problem = {
  message: 'a.tsnb was not saved',
  reason: 'The file is read-only',
  hint: 'Save a copy.',
  wording: { message: { msgid: '%1 was not saved', values: ['a.tsnb'] } }
};

test('an error is said in the language of the page', async () => {
  const reply = new Response(JSON.stringify(problem), { status: 409 });
  expect(await PatinaError.of(reply, loud)).toMatchObject({
    status: 409,
    message: 'a.tsnb WAS NOT SAVED',
    reason: 'THE FILE IS READ-ONLY',
    hint: 'SAVE A COPY.'
  });
});

test('what somebody else answers is named by its status', async () => {
  const init = { status: 502, statusText: 'Bad Gateway' };
  const error = await PatinaError.of(new Response('<html>', init), english);
  expect(error).toMatchObject({ status: 502, message: '502 Bad Gateway' });
});
