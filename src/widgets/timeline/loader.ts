import type * as nbformat from '@jupyterlab/nbformat';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { PartialJSONObject } from '@lumino/coreutils';
import { formatBytes } from '../../model/bytes';
import { type StreamPart, streamParts } from '../../model/streamparts';
import type * as wire from '../../wire';

/** Fetches the bytes of a blob by its hash. */
export type BlobFetcher = (hash: string) => Promise<ArrayBuffer>;

/** How an output is to be loaded. */
export interface ILoadOptions {
  readonly isTrusted: boolean;
  /** How many bytes of a stream are shown at most. */
  readonly maxBytes: number;
}

/**
 * Turns manifests into outputs as JupyterLab renders them.
 *
 * Of the representations that are kept as blobs only the one that is shown is fetched. What is
 * all in the manifest is ready at once, without waiting for a turn of the event loop.
 */
export class OutputLoader {
  constructor(
    private readonly _fetch: BlobFetcher,
    private readonly _rendermime: IRenderMimeRegistry,
    private readonly _trans: TranslationBundle
  ) {}

  /** Rejects when a blob cannot be fetched. */
  load(
    manifest: wire.Manifest,
    options: ILoadOptions
  ): nbformat.IOutput | Promise<nbformat.IOutput> {
    switch (manifest.type) {
      case 'stream':
        return this._stream(manifest, options.maxBytes);
      case 'error':
        return errorOutput(manifest);
      case 'display_data':
      case 'execute_result':
        return this._display(manifest, options.isTrusted);
    }
  }

  /** The address of a picture for an `img` element; it holds the picture. Rejects as `load`. */
  async pictureUrl(
    mime: string,
    value: wire.MimeValue | undefined
  ): Promise<string> {
    const [, content] = await this._value(mime, value ?? {});
    const text = Array.isArray(content) ? content.join('') : String(content);
    return isText(mime)
      ? `data:${mime};charset=utf-8,${encodeURIComponent(text)}`
      : `data:${mime};base64,${text.replace(/\s/g, '')}`;
  }

  /** A representation as its renderer takes it. Rejects as `load`. */
  async content(mime: string, value: wire.MimeValue): Promise<unknown> {
    const [, content] = await this._value(mime, value);
    return content;
  }

  private _stream(
    manifest: wire.Manifest,
    maxBytes: number
  ): nbformat.IOutput | Promise<nbformat.IOutput> {
    const parts = streamParts(manifest, maxBytes);
    const toOutput = (texts: readonly string[]): nbformat.IStream => ({
      output_type: 'stream',
      name: manifest.name === 'stderr' ? 'stderr' : 'stdout',
      text: texts.join('')
    });
    return parts.length === 1
      ? toOutput([manifest.tail ?? ''])
      : Promise.all(parts.map(part => this._text(part))).then(toOutput);
  }

  private async _text(part: StreamPart): Promise<string> {
    switch (part.kind) {
      case 'text':
        return part.text;
      case 'gap':
        return `\n⋯ ${this._trans.__('%1 in %2 lines not shown', formatBytes(part.bytes), part.lines)} ⋯\n`;
      case 'blob':
        return decode(await this._fetch(part.blob));
    }
  }

  private _display(
    manifest: wire.Manifest,
    isTrusted: boolean
  ): nbformat.IOutput | Promise<nbformat.IOutput> {
    const data = manifest.data ?? {};
    const shown = this._shown(data, isTrusted);
    const kept = Object.entries(data).filter(
      ([mime, value]) => value.blob === undefined || mime === shown
    );
    if (kept.every(([, value]) => value.blob === undefined)) {
      const bundle = kept.map(([mime, value]) => [mime, value.inline] as const);
      return displayOutput(manifest, Object.fromEntries(bundle));
    }
    return Promise.all(
      kept.map(([mime, value]) => this._value(mime, value))
    ).then(bundle => displayOutput(manifest, Object.fromEntries(bundle)));
  }

  /** The representation that JupyterLab will choose; it looks at their names only. */
  private _shown(
    data: Readonly<Record<string, wire.MimeValue>>,
    isTrusted: boolean
  ): string | undefined {
    const names = Object.fromEntries(Object.keys(data).map(mime => [mime, '']));
    return this._rendermime.preferredMimeType(
      names,
      isTrusted ? 'any' : 'ensure'
    );
  }

  private async _value(
    mime: string,
    value: wire.MimeValue
  ): Promise<[string, unknown]> {
    return value.blob === undefined
      ? [mime, value.inline]
      : [mime, mimeValue(mime, await this._fetch(value.blob))];
  }
}

function errorOutput(manifest: wire.Manifest): nbformat.IError {
  return {
    output_type: 'error',
    ename: manifest.ename ?? '',
    evalue: manifest.evalue ?? '',
    traceback: [...(manifest.traceback ?? [])]
  };
}

function displayOutput(
  manifest: wire.Manifest,
  data: Record<string, unknown>
): nbformat.IOutput {
  const output = {
    output_type: manifest.type,
    data: data as PartialJSONObject,
    metadata: { ...manifest.metadata } as PartialJSONObject
  };
  return manifest.type === 'execute_result'
    ? { ...output, execution_count: manifest.execution_count ?? null }
    : output;
}

/** The value of a MIME bundle that a blob holds; see `MimeValue` in patina_lab/wire. */
function mimeValue(mime: string, bytes: ArrayBuffer): unknown {
  if (mime.endsWith('json')) {
    return JSON.parse(decode(bytes));
  }
  return isText(mime) ? decode(bytes) : encodeBase64(bytes);
}

function isText(mime: string): boolean {
  return (
    mime.startsWith('text/') ||
    mime.endsWith('+xml') ||
    /^application\/(javascript|x-latex|xml)$/.test(mime)
  );
}

function decode(bytes: ArrayBuffer): string {
  return new TextDecoder().decode(bytes);
}

/** Piece by piece: the arguments of one call are limited. Pieces are a multiple of 3 bytes. */
function encodeBase64(bytes: ArrayBuffer): string {
  const PIECE = 3 * 8192;
  const all = new Uint8Array(bytes);
  let text = '';
  for (let start = 0; start < all.length; start += PIECE) {
    text += btoa(String.fromCharCode(...all.subarray(start, start + PIECE)));
  }
  return text;
}
