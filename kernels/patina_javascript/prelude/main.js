/* The prelude: our JavaScript, in a realm of its own, where no cell can reach it. Its hooks are what
 * the host calls, each with a JSON text; the engine itself calls `rejection` and those of modules. */
import { hooks as operations, rejectStarted, startedNames } from './host.js';
import { hooks as cells, isRunningPromise } from './cells.js';
import { hooks as scope, begin } from './globals.js';
import { hooks as help } from './help.js';
import { begin as learnBuiltins } from './builtins.js';
import { install as installProcess } from './process.js';
import { hooks as world, install } from './world.js';

install();
installProcess();
begin();
learnBuiltins();

const asText = value => (value === undefined || value === null ? '' : JSON.stringify(value));

export const hooks = {
  ...operations,
  ...cells,
  ...scope,
  ...help,

  /** Run one timer that is due: 'true' when one ran. */
  tick: () => asText(world.tick()),
  /** Milliseconds until the next timer; empty when there is none. */
  nextDue: () => asText(world.nextDue()),
  reportUnhandled: () => asText(world.reportUnhandled()),
  rejection(promise, reason, handled) {
    if (!isRunningPromise(promise)) {
      world.rejection(promise, reason, handled);
    }
  },
  resolveModule: (base, name) => world.resolveModule(base, name),
  loadModule: name => world.loadModule(name),
  moduleUrl: name => (name.startsWith('/') ? `file://${encodeURI(name)}` : name),

  /** A new kernel begins from the image. */
  fresh: () => asText(world.fresh?.()),
  /** This is a copy, or was loaded: what the host was doing is not done here. */
  restored() {
    const ended = rejectStarted('it was under way when the state was copied');
    world.restored?.();
    return asText(ended);
  },
  /** What the host is doing, by name. */
  underWay: () => asText(startedNames())
};
