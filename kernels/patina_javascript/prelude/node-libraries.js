/* The modules of node/libraries.js, in the cells' realm: what they make is like what cells make. */
import source from 'patina-node-libraries';
import { evalScript } from './host.js';
import { U } from './realm.js';

let makers;

/** The exports of one of them. */
export function library(name) {
  if (makers === undefined) {
    const module = new U.Object();
    module.exports = new U.Object();
    evalScript(`(function (module, exports) {${source}\n})`, 'node:libraries')(
      module,
      module.exports
    );
    makers = module.exports;
  }
  return makers[name]();
}

const hidden = value => ({ value, writable: true, configurable: true, enumerable: false });

/** A Buffer of bytes or of a text in an encoding, as `fs` has them. */
export const bufferOf = (data, encoding) => library('buffer').Buffer.from(data, encoding);

/** `Buffer` is a global; it is made when somebody asks for it. */
export function install() {
  Object.defineProperty(U.global, 'Buffer', {
    get() {
      const { Buffer } = library('buffer');
      Object.defineProperty(U.global, 'Buffer', hidden(Buffer));
      return Buffer;
    },
    set(value) {
      Object.defineProperty(U.global, 'Buffer', hidden(value));
    },
    configurable: true,
    enumerable: false
  });
}
