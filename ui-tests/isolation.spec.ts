import type { Page } from '@playwright/test';
import type { PatinaPage } from './support/notebook';
import { Stranger } from './support/stranger';
import { expect, test } from './support/test';

// Promise 22: what strangers' outputs and cells bring reaches neither cookies, tokens, the page,
// the server's interfaces nor JupyterLab's commands.

/** A script that tells of itself wherever it runs, and takes what it can. */
const hit = (name: string) =>
  `(w=>{w.hits=(w.hits||[]).concat('${name}');fetch('/api/canary?'+'${name}'+document.cookie)})(top)`;

const HTML: Readonly<Record<string, string>> = {
  script: `<script>${hit('script')}</script>`,
  image: `<img src="x" onerror="${hit('image')}">`,
  svg: `<svg onload="${hit('svg')}"><script>${hit('svg')}</script></svg>`,
  link: `<a href="javascript:${hit('link')}">click me</a>`,
  entity: `<a href="java&#10;script&colon;${hit('entity')}">click me</a>`,
  data: `<a href="data:text/html,<script>${hit('data')}</script>">click me</a>`,
  button: `<button onclick="${hit('button')}">click me</button>`,
  form: `<form action="javascript:${hit('form')}"><button>click me</button></form>`,
  post: `<form action="/api/canary" method="post"><button>click me</button></form>`,
  frame: `<iframe srcdoc="<script>${hit('frame')}</script>"></iframe>`,
  address: `<iframe src="javascript:${hit('address')}"></iframe>`,
  object: `<object data="data:text/html,<script>${hit('object')}</script>"></object>`,
  embed: `<embed src="data:text/html,<script>${hit('embed')}</script>">`,
  math: `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=${hit('math')}&gt;"></table></math>`,
  focus: `<input autofocus onfocus="${hit('focus')}">`,
  toggle: `<details open ontoggle="${hit('toggle')}">x</details>`,
  media: `<video><source onerror="${hit('media')}"></video><audio src="x" onerror="${hit('media')}">`,
  style: `<style>@import '/api/canary';body{display:none}</style><link rel="stylesheet" href="/api/canary">`,
  base: `<base href="http://127.0.0.1:1/"><meta http-equiv="refresh" content="0;url=javascript:${hit('base')}">`,
  names: `<form id="jupyter-config-data" name="cookie"><input name="token"></form><img name="getElementById">`,
  command: `<button data-commandlinker-command="application:toggle-mode" data-commandlinker-args="{}">click me</button><a data-commandlinker-command="application:toggle-mode">click me</a>`,
  area: `<map name="m"><area href="javascript:${hit('area')}" shape="default"></map>`
};

const JAVASCRIPT = 'application/javascript';

/** MIME bundles that are tried one after the other. */
const BUNDLES: Readonly<Record<string, object>> = {
  ...Object.fromEntries(
    Object.entries(HTML).map(([name, html]) => [name, { 'text/html': html }])
  ),
  ...Object.fromEntries(
    Object.entries(HTML).map(([name, html]) => [
      `markdown ${name}`,
      { 'text/markdown': html }
    ])
  ),
  markdown: {
    'text/markdown': `[click me](javascript:${hit('markdown')}) ![x](x"onerror="${hit('markdown')}) <javascript:${hit('markdown')}>`
  },
  latex: {
    'text/latex': `$\\href{javascript:${hit('latex')}}{click me}$ <img src=x onerror="${hit('latex')}">`
  },
  formula: {
    'text/markdown': `$\\href{javascript:${hit('formula')}}{click}$`
  },
  picture: {
    'image/svg+xml': `<svg xmlns="http://www.w3.org/2000/svg" onload="${hit('picture')}"><script>${hit('picture')}</script><foreignObject><iframe srcdoc="<script>${hit('picture')}</script>"/></foreignObject><a href="javascript:${hit('picture')}"><text y="9">click me</text></a></svg>`
  },
  javascript: { [JAVASCRIPT]: hit('javascript') },
  widget: {
    'application/vnd.jupyter.widget-view+json': {
      model_id: 'x',
      version_major: 2,
      version_minor: 0
    }
  },
  vega: {
    'application/vnd.vegalite.v5+json': {
      data: { values: [{ x: 1, u: `javascript:${hit('vega')}` }] },
      mark: { type: 'bar', tooltip: { content: 'data' } },
      encoding: { x: { field: 'x' }, href: { field: 'u' } }
    }
  },
  plain: {
    'text/plain': `javascript:${hit('plain')} <img src=x onerror=${hit('plain')}>`
  }
};

const LINKS = `[click me](javascript:${hit('links')}) $\\href{javascript:${hit('links')}}{click}$`;

function shown(bundles: readonly object[]): string {
  const json = JSON.stringify(JSON.stringify(bundles));
  return `import json\nfrom IPython.display import display\nfor bundle in json.loads(${json}):\n    display(bundle, raw=True)`;
}

/** What was reached: scripts that ran, requests that were sent, and the page's own marks. */
class Canary {
  constructor(private readonly _page: Page) {
    _page.on('request', request => {
      if (new URL(request.url()).pathname.startsWith('/api/canary')) {
        this._requests.push(request.url());
      }
    });
    _page.on('framenavigated', frame => {
      const [url] = frame.url().split('#');
      if (this._isArmed && url !== this._url) {
        this._requests.push(`navigation: ${frame.url()}`);
      }
    });
    _page.on('dialog', dialog => {
      this._requests.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
  }

  /** Click on whatever asks for it, as a careless person does. */
  async clickEverything(): Promise<void> {
    [this._url] = this._page.url().split('#');
    this._isArmed = true;
    await this._page.evaluate(() => {
      const all = document.querySelectorAll(
        '.jp-OutputArea a, .jp-OutputArea button, .jp-OutputArea area, .jp-OutputArea summary,' +
          '.jp-MarkdownOutput a, .jp-MarkdownOutput button, .jp-RenderedMarkdown a,' +
          ' .jp-OutputArea svg a, mjx-container a'
      );
      for (const node of all) {
        // Where a link leads elsewhere the page must not leave: only what runs here counts.
        if (node.getAttribute('target') !== '_blank') {
          node.setAttribute('target', '_self');
        }
        node.dispatchEvent(
          new MouseEvent('click', { bubbles: true, cancelable: true })
        );
      }
    });
  }

  async expectQuiet(): Promise<void> {
    const found = await this._page.evaluate(() => ({
      hits: (window as { hits?: string[] }).hits ?? [],
      path: location.pathname.split('/')[1],
      hidden: getComputedStyle(document.body).display === 'none',
      single: document.querySelectorAll(
        '#main[data-shell-mode="single-document"]'
      ).length
    }));
    expect(found).toEqual({ hits: [], path: 'lab', hidden: false, single: 0 });
    expect(this._requests).toEqual([]);
  }

  private _isArmed = false;
  private _url = '';
  private readonly _requests: string[] = [];
}

async function settled(patina: PatinaPage): Promise<void> {
  await patina.page.waitForLoadState('networkidle');
}

test('nothing that a stranger’s outputs bring reaches page, server or commands', async ({
  patina,
  notebook,
  server
}) => {
  const bundles = Object.values(BUNDLES);
  const path = notebook('canary.tsnb', [
    shown(bundles),
    `print(${JSON.stringify(HTML.script + HTML.image)})`,
    `raise Exception(${JSON.stringify(HTML.image)})`
  ]);
  await new Stranger(server).run(path, ['cell0', 'cell1', 'cell2']);
  const canary = new Canary(patina.page);
  await patina.open(path);
  await expect(patina.output(1, 1, 'succeeded')).toBeAttached();
  await expect(patina.output(3, 3, 'failed')).toContainText('onerror');
  await settled(patina);
  await canary.clickEverything();
  await settled(patina);
  await canary.expectQuiet();
});

test('marks of trust and outputs that are forged in the source run nothing', async ({
  patina,
  notebook,
  server
}) => {
  const path = notebook('forged.tsnb', [
    { type: 'code', source: '1' },
    {
      type: 'markdown',
      source: Object.values(HTML).join('\n\n') + '\n\n' + LINKS
    },
    { type: 'markdown', source: `# heading ${HTML.image}${HTML.script}` }
  ]);
  const canary = new Canary(patina.page);
  const stranger = new Stranger(server);
  const outputs = Object.values(BUNDLES).map(data => ({
    output_type: 'display_data',
    data,
    metadata: {}
  }));
  stranger.forge(path, { metadata: { trusted: true }, outputs });
  await patina.open(path);
  await expect(patina.sourceCells.nth(2)).toContainText('heading');
  await settled(patina);
  await canary.clickEverything();
  stranger.forge(path, { outputs: outputs.slice().reverse() });
  await settled(patina);
  await patina.run(0);
  await expect(patina.result(1, 1, 'succeeded')).toContainText('1');
  await canary.clickEverything();
  await canary.expectQuiet();
});

test('a button of a stranger runs a command of JupyterLab only once a person trusts it', async ({
  patina,
  notebook,
  server
}) => {
  const path = notebook('command.tsnb', [
    shown([{ 'text/html': HTML.command }])
  ]);
  await new Stranger(server).run(path, ['cell0']);
  await patina.open(path);
  const button = patina
    .result(1, 1, 'succeeded')
    .getByRole('button', { name: 'click me' });
  const single = patina.page.locator(
    '#main[data-shell-mode="single-document"]'
  );
  await button.click();
  await button.press('Enter');
  await expect(single).toHaveCount(0);
  await patina.panel.getByRole('button', { name: 'Trust Outputs' }).click();
  await button.click();
  await expect(single).toHaveCount(1);
});
