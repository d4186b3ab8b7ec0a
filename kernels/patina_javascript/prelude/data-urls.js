/* data: URLs: https://www.rfc-editor.org/rfc/rfc2397 */
import { decode } from './encoding.js';
import { U } from './realm.js';

const FORM = /^data:([^,;]*)([^,]*),(.*)$/s;

export const isData = name => /^data:/i.test(name);

/** The type and the text of a data: URL. Throws a TypeError. */
export function dataOf(url) {
  const match = FORM.exec(url.replace(/^data:/i, 'data:'));
  if (match === null) {
    throw new U.TypeError('a data: URL has a comma before its data');
  }
  const [, type, parameters, body] = match;
  const isBase64 = /;\s*base64\s*$/i.test(parameters);
  return { type: (type || 'text/plain').trim().toLowerCase(), text: textOf(body, isBase64) };
}

function textOf(body, isBase64) {
  const text = percentDecoded(body);
  return isBase64 ? decode(Uint8Array.fromBase64(text)) : text;
}

function percentDecoded(body) {
  try {
    return decodeURIComponent(body);
  } catch {
    return body;
  }
}
