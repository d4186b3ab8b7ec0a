import { spawn, type ChildProcess } from 'node:child_process';
import {
  createWriteStream,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync
} from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';

/** How long a server may take to end, in milliseconds, before it is killed. */
const PATIENCE = 10_000;

/** Of `GET api/patina/notebooks`, what the tests look at. */
interface IOpenNotebook {
  readonly runs: readonly { readonly id: string; readonly status: string }[];
}

const BIN = resolve(__dirname, '../../.venv/bin');

/** A port nobody listens on now. */
async function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const probe = createServer();
    probe.once('error', failed);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => done(port));
    });
  });
}

/**
 * A real Jupyter server with its own empty home and workspace. It can be killed and started
 * again on the same workspace and port, as a person's server is.
 */
export class LabServer {
  private constructor(
    readonly home: string,
    readonly port: number,
    /** Whether kernels of runs go on without this server; then the test has to stop them. */
    readonly onServerStop: 'keep' | 'stop',
    private readonly _options: readonly string[]
  ) {}

  /** `options` are given to the server's command line. */
  static async start(
    onServerStop: 'keep' | 'stop',
    ...options: string[]
  ): Promise<LabServer> {
    const home = mkdtempSync(join(tmpdir(), 'patina-ui-'));
    mkdirSync(join(home, 'work'));
    const server = new LabServer(home, await freePort(), onServerStop, options);
    // JupyterLab asks a new person whether to fetch news, over the corner of the page.
    server.writeSettings('@jupyterlab/apputils-extension', 'notification', {
      fetchNews: 'false'
    });
    await server.launch();
    return server;
  }

  /** A second server of the same person, on the same workspace. */
  static async beside(other: LabServer): Promise<LabServer> {
    const { home, onServerStop } = other;
    const server = new LabServer(home, await freePort(), onServerStop, []);
    await server.launch();
    return server;
  }

  readonly token = 'ui-tests';

  get root(): string {
    return join(this.home, 'work');
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Set what a person's JupyterLab has set; a page that is open already does not see it. */
  writeSettings(extension: string, plugin: string, settings: object): void {
    const folder = join(this.home, 'settings', extension);
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      join(folder, `${plugin}.jupyterlab-settings`),
      JSON.stringify(settings)
    );
  }

  /** Send a request to the server as an outside client would. */
  async request(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { Authorization: `token ${this.token}`, ...init.headers };
    return fetch(`${this.url}/${path}`, { ...init, headers });
  }

  /** Start the server process and wait until it answers. */
  async launch(): Promise<void> {
    const log = createWriteStream(join(this.home, 'server.log'), {
      flags: 'a'
    });
    this.process = spawn(
      join(BIN, 'python'),
      [
        '-m',
        'jupyterlab',
        '--no-browser',
        '--allow-root',
        '--ip=127.0.0.1',
        `--ServerApp.port=${this.port}`,
        '--ServerApp.port_retries=0',
        `--IdentityProvider.token=${this.token}`,
        `--ServerApp.root_dir=${this.root}`,
        `--PatinaLab.on_server_stop=${this.onServerStop}`,
        ...this._options
      ],
      { env: this.environment(), stdio: ['ignore', 'pipe', 'pipe'] }
    );
    this.process.stdout?.pipe(log, { end: false });
    this.process.stderr?.pipe(log, { end: false });
    await this.answering();
  }

  /** End the server process: politely (SIGTERM) or at once (SIGKILL). */
  async kill(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const running = this.process;
    if (!running || running.exitCode !== null || running.signalCode !== null) {
      return;
    }
    const ended = new Promise(done => running.once('exit', done));
    running.kill(signal);
    const patience = setTimeout(() => {
      console.warn(`The server did not end ${PATIENCE} ms after ${signal}`);
      running.kill('SIGKILL');
    }, PATIENCE);
    await ended;
    clearTimeout(patience);
  }

  /** Stop the kernels of all runs; their timelines stay. */
  async stopRuns(): Promise<void> {
    const reply = await this.request('api/patina/notebooks');
    const notebooks = (await reply.json()) as IOpenNotebook[];
    const live = notebooks
      .flatMap(({ runs }) => runs)
      .filter(({ status }) => status !== 'stopped' && status !== 'lost');
    await Promise.all(
      live.map(({ id }) =>
        this.request(`api/patina/runs/${id}/stop`, { method: 'POST' })
      )
    );
  }

  async dispose(): Promise<void> {
    await this.kill('SIGTERM');
    rmSync(this.home, { recursive: true, force: true });
  }

  private environment(): NodeJS.ProcessEnv {
    const own = (name: string) => join(this.home, name);
    const person = (name: string) => join(homedir(), name);
    return {
      // What this user has built and installed is not of the home that a test's server is given.
      XDG_CACHE_HOME: person('.cache'),
      CARGO_HOME: person('.cargo'),
      RUSTUP_HOME: person('.rustup'),
      ...process.env,
      PATH: `${BIN}${delimiter}${process.env.PATH ?? ''}`,
      HOME: own('home'),
      JUPYTER_CONFIG_DIR: own('config'),
      JUPYTER_DATA_DIR: own('data'),
      JUPYTER_RUNTIME_DIR: own('runtime'),
      JUPYTERLAB_SETTINGS_DIR: own('settings'),
      JUPYTERLAB_WORKSPACES_DIR: own('workspaces'),
      OMP_NUM_THREADS: '1',
      OPENBLAS_NUM_THREADS: '1'
    };
  }

  private async answering(): Promise<void> {
    const deadline = Date.now() + 60_000;
    while (Date.now() < deadline) {
      const reply = await this.request('api/patina').catch(() => null);
      if (reply?.ok) {
        return;
      }
      await new Promise(done => setTimeout(done, 150));
    }
    throw new Error(
      `The server did not answer within 60 s: see ${join(this.home, 'server.log')}`
    );
  }

  private process: ChildProcess | null = null;
}
