/* URL and URLSearchParams, of whatwg-url, in the cells' realm. */
import './standard-encoding.js';
import {
  URL as UrlInterface,
  URLSearchParams as ParamsInterface
} from 'whatwg-url/webidl2js-wrapper';
import { inspect } from './format.js';
import { expose, U } from './realm.js';

const CUSTOM = Symbol.for('nodejs.util.inspect.custom');
const realm = {
  Array: U.Array,
  Object: U.Object,
  Promise: U.Promise,
  String: U.String,
  TypeError: U.TypeError
};
UrlInterface.install(realm, ['Window']);
ParamsInterface.install(realm, ['Window']);

/** Those of the standard; what cells see has the same prototypes. */
export const { URL, URLSearchParams } = realm;

const FIELDS = [
  'href',
  'origin',
  'protocol',
  'username',
  'password',
  'host',
  'hostname',
  'port',
  'pathname',
  'search',
  'searchParams',
  'hash'
];

const hidden = (object, key, value) =>
  Object.defineProperty(object, key, { value, writable: true, configurable: true });

export function install() {
  hidden(URL.prototype, CUSTOM, function (depth, options) {
    const fields = Object.fromEntries(FIELDS.map(name => [name, this[name]]));
    return `URL ${inspect(fields, options)}`;
  });
  hidden(URLSearchParams.prototype, CUSTOM, function () {
    const pairs = [...ParamsInterface.convert(realm, this)._list];
    const shown = pairs.map(([key, value]) => `${quoted(key)} => ${quoted(value)}`);
    return shown.length === 0 ? 'URLSearchParams {}' : `URLSearchParams { ${shown.join(', ')} }`;
  });
  expose('URL', URL);
  expose('URLSearchParams', URLSearchParams);
}

const quoted = text => inspect(text, { quote: true });
