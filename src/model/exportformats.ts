import type { TranslationBundle } from '@jupyterlab/translation';
import type * as wire from '../wire';

/** A format that a notebook can be exported to. */
export interface IExportFormat {
  readonly format: wire.Format;
  readonly label: string;
  /** What is added to the notebook's name in place of `.tsnb`. */
  readonly suffix: string;
  /** Whether it shows the outputs of one run. */
  readonly hasOutputs: boolean;
}

const SCRIPTS: Record<string, string> = {
  python: '.py',
  javascript: '.js',
  rust: '.rs',
  r: '.R',
  julia: '.jl'
};

/** The formats for a notebook in this language, in the order of a menu. */
export function exportFormats(
  language: string,
  trans: TranslationBundle
): IExportFormat[] {
  const script = SCRIPTS[language];
  const isPython = language === 'python';
  const isOfPatina = isPython || language === 'rust' || script === '.js';
  return [
    of('ipynb', trans.__('Jupyter Notebook (.ipynb)'), '.ipynb', true),
    of('html', trans.__('HTML'), '.html', true),
    of('markdown', trans.__('Markdown'), '.md', true),
    ...(script ? [of('percent', trans.__('Script'), script)] : []),
    ...(isPython
      ? [of('twinsong', trans.__('Twinsong'), '-twinsong.tsnb')]
      : []),
    ...(isOfPatina ? [of('patina', trans.__('Patina'), '-patina-0.tsnb')] : [])
  ];
}

function of(
  format: wire.Format,
  label: string,
  suffix: string,
  hasOutputs = false
): IExportFormat {
  return { format, label, suffix, hasOutputs };
}
