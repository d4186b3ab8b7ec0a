/* Pictures that a renderer of the page draws: Vega, Vega-Lite and Plotly specifications. */
import { brand, own, plain, property } from './format/look.js';

const SCHEMA = /\/schema\/(vega|vega-lite)\/v(\d+)/;
/* The newest versions for which JupyterLab has a renderer; they draw what is newer as well. */
const NEWEST = { vega: 5, 'vega-lite': 5 };
const MIME_NAME = { vega: 'vega', 'vega-lite': 'vegalite' };
const PLOTLY = 'application/vnd.plotly.v1+json';

const isRecord = value => typeof value === 'object' && value !== null && brand(value) === 'Object';

/* JSON has no typed arrays: they become arrays, as the renderers expect. */
const withArrays = (key, value) =>
  ArrayBuffer.isView(value)
    ? Array.from(value, one => (typeof one === 'bigint' ? Number(one) : one))
    : value;

const asJson = value => JSON.parse(JSON.stringify(value, withArrays));

function vega(spec) {
  const match = SCHEMA.exec(plain(spec, '$schema') ?? '');
  if (match === null) {
    return null;
  }
  const [, kind, version] = match;
  const known = Math.min(Number(version), NEWEST[kind]);
  return { [`application/vnd.${MIME_NAME[kind]}.v${known}+json`]: asJson(spec) };
}

const TRACE_KEYS = ['type', 'x', 'y', 'z', 'values', 'labels', 'lat', 'locations', 'node'];

const isTrace = value => isRecord(value) && TRACE_KEYS.some(key => Object.hasOwn(value, key));

function plotly(value) {
  const traces = own(value, 'data');
  const isFigure =
    Array.isArray(traces) &&
    traces.length > 0 &&
    Array.prototype.every.call(traces, isTrace) &&
    isRecord(own(value, 'layout'));
  return isFigure ? { [PLOTLY]: asJson(value) } : null;
}

/** The MIME bundle of a specification, or of what makes one (`toSpec()`, as of vega-lite-api);
 * null when the value is none. */
export function figure(value) {
  if (typeof property(value, 'toSpec')?.value === 'function') {
    const spec = value.toSpec();
    return isRecord(spec) ? vega(spec) : null;
  }
  return isRecord(value) ? (vega(value) ?? plotly(value)) : null;
}
