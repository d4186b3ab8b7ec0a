/* Paths and file: URLs. */
import path from 'path-browserify';
import { U } from './realm.js';
import { URL } from './url.js';

export { path };

/** The path of a file: URL. */
export function fileUrlPath(given) {
  const url = new URL(String(given));
  if (url.protocol !== 'file:') {
    throw new U.TypeError(`a file: URL is needed; got ${url.protocol}`);
  }
  return decodeURIComponent(url.pathname);
}

/** The file: URL of a path. */
export const pathFileUrl = given =>
  new URL(`file://${encodeURI(path.resolve(given)).replaceAll('#', '%23').replaceAll('?', '%3F')}`);
