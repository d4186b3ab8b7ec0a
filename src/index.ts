import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { client } from './plugins/client';
import { editing } from './plugins/commands/editing';
import { execution } from './plugins/commands/execution';
import { forks } from './plugins/commands/forks';
import { outputs } from './plugins/commands/outputs';
import { plainKernels } from './plugins/commands/plainkernels';
import { runs } from './plugins/commands/runs';
import { sections } from './plugins/commands/sections';
import { state } from './plugins/commands/state';
import { tour } from './plugins/commands/tour';
import { view } from './plugins/commands/view';
import { compare } from './plugins/compare';
import { completion } from './plugins/completion';
import { conversion } from './plugins/conversion';
import { create } from './plugins/create';
import { disabledReasons } from './plugins/disabledreasons';
import { globals } from './plugins/globals';
import { history } from './plugins/history';
import { menus } from './plugins/menus';
import { notebook } from './plugins/notebook';
import { plainNotebooks } from './plugins/plainnotebooks';
import { running } from './plugins/running';
import { runtree } from './plugins/runtree';
import { search } from './plugins/search';
import { status } from './plugins/status';
import { stockCommands } from './plugins/stockcommands';
import { toc } from './plugins/toc';
import { toolbar } from './plugins/toolbar';
import { tooltip } from './plugins/tooltip';

const plugins = [
  client,
  notebook,
  plainNotebooks,
  editing,
  execution,
  forks,
  state,
  outputs,
  sections,
  plainKernels,
  runs,
  view,
  tour,
  menus,
  disabledReasons,
  stockCommands,
  toolbar,
  create,
  conversion,
  completion,
  tooltip,
  search,
  toc,
  status,
  running,
  runtree,
  globals,
  history,
  compare
] as JupyterFrontEndPlugin<unknown>[];

export default plugins;
