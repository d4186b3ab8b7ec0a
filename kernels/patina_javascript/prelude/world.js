/* What cells find besides the language itself. */
import * as abort from './abort.js';
import * as clone from './clone.js';
import * as console from './console.js';
import * as crypto from './crypto.js';
import * as display from './display.js';
import * as encoding from './encoding.js';
import * as events from './events.js';
import * as fetch from './fetch.js';
import * as imports from './imports.js';
import * as intl from './intl.js';
import * as fs from './fs.js';
import * as modules from './modules.js';
import * as node from './node-libraries.js';
import * as performance from './performance.js';
import * as promises from './promises.js';
import * as prompt from './prompt.js';
import * as streams from './streams.js';
import * as timers from './timers.js';
import * as url from './url.js';
import * as websocket from './websocket.js';

/* In this order: a class is opened after the class it extends. */
const PARTS = [
  console,
  display,
  timers,
  performance,
  events,
  abort,
  encoding,
  url,
  clone,
  crypto,
  streams,
  fetch,
  websocket,
  fs,
  modules,
  node,
  imports,
  prompt,
  intl
];

const each = name => () => {
  for (const part of PARTS) {
    part[name]?.();
  }
};

/** Put all of it into the cells' realm. */
export const install = each('install');

export const hooks = {
  ...timers.hooks,
  ...promises.hooks,
  ...modules.hooks,
  fresh: each('fresh'),
  restored: each('restored')
};
