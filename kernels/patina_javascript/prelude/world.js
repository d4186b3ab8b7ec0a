/* What cells find besides the language itself. */
import * as consoleOf from './console.js';
import * as display from './display.js';
import * as performance from './performance.js';
import * as promises from './promises.js';
import * as timers from './timers.js';

const PARTS = [consoleOf, display, performance, timers];

export function install() {
  for (const part of PARTS) {
    part.install();
  }
}

const each = name => () => {
  for (const part of PARTS) {
    part[name]?.();
  }
};

export const hooks = {
  ...timers.hooks,
  ...promises.hooks,
  resolveModule: (base, name) => name,
  loadModule() {
    throw new Error('no modules');
  },
  fresh: each('fresh'),
  restored: each('restored')
};
