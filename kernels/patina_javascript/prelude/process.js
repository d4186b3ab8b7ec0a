/* `process`, as far as a notebook has use for it. */
import { call, currentCell, heapUsed, userGlobal } from './host.js';
import { expose } from './realm.js';

const write = name => text => {
  call('stream', { name, text: String(text), cell: currentCell() });
  return true;
};

/** Node's `[seconds, nanoseconds]`, since an earlier one where that is given. */
function hrtime(since) {
  const { monotonic } = call('time.now');
  const [seconds, rest] = [Math.floor(monotonic / 1e3), Math.round((monotonic % 1e3) * 1e6)];
  const [before, less] = since ?? [0, 0];
  const carried = rest < less ? 1 : 0;
  return userGlobal.Array.of(seconds - before - carried, rest - less + carried * 1e9);
}

/** Microseconds of the processor, since an earlier reading where that is given. */
function cpuUsage(since) {
  const used = call('process.cpu');
  const usage = new userGlobal.Object();
  for (const part of ['user', 'system']) {
    usage[part] = used[part] - (since?.[part] ?? 0);
  }
  return usage;
}

const then = userGlobal.Promise.resolve();

export function install() {
  const process = {
    platform: 'wasi',
    versions: { quickjs: '0.17.0' },
    version: 'v0.17.0',
    get pid() {
      return call('process.pid');
    },
    get env() {
      return Object.assign(new userGlobal.Object(), call('process.env'));
    },
    cwd: () => call('process.cwd'),
    uptime: () => call('time.now').monotonic / 1e3,
    hrtime,
    cpuUsage,
    memoryUsage: () => Object.assign(new userGlobal.Object(), { heapUsed: heapUsed() }),
    nextTick: (act, ...values) => void then.then(() => act(...values)),
    exit: (code = 0) => call('process.exit', { code: Number(code) }),
    abort: () => call('process.kill', { pid: call('process.pid'), signal: 'SIGABRT' }),
    kill: (pid, signal = 'SIGTERM') => call('process.kill', { pid: Number(pid), signal }),
    stdout: { write: write('stdout') },
    stderr: { write: write('stderr') }
  };
  expose('process', process);
}
