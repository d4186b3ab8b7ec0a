import type { TranslationBundle } from '@jupyterlab/translation';
import type * as wire from './wire';

/** A language that notebooks can be written in, and the kernelspec that runs it. */
export interface ILanguage {
  readonly name: string;
  /** As `language` stands in a notebook's header. */
  readonly language: string;
  readonly kernel: string;
}

/** The languages of the launcher, in its order. */
export const LANGUAGES: readonly ILanguage[] = [
  {
    name: 'Python',
    language: 'python',
    kernel: 'patina-python'
  },
  {
    name: 'Rust',
    language: 'rust',
    kernel: 'patina-rust'
  },
  {
    name: 'JavaScript',
    language: 'javascript',
    kernel: 'patina-javascript'
  }
];

/** What the kernels of this project are called, as their kernelspecs say; others by their name. */
export function kernelTitle(kernel: string): string {
  const language = LANGUAGES.find(one => one.kernel === kernel);
  return language ? `Patina ${language.name}` : kernel;
}

/** What a language cannot run without: what is the matter, and what to do. */
export interface ILack {
  readonly what: string;
  readonly fix: string;
  /** Whether a notebook can be made all the same, to be run when the rest is there. */
  readonly canWrite: boolean;
}

/** What the server lacks to run a language; null when it has all. */
export function lackOf(
  { name, language, kernel }: ILanguage,
  kernels: readonly wire.KernelChoice[],
  trans: TranslationBundle
): ILack | null {
  const choice = kernels.find(one => one.name === kernel);
  const install = 'pip install --force-reinstall patina-lab';
  const isRust = language === 'rust';
  if (!choice) {
    return {
      canWrite: false,
      what: trans.__('%1 is not installed', `Patina ${name}`),
      fix: isRust
        ? trans.__(
            'Reinstall Patina Lab with %1, and install Rust from %2.',
            install,
            RUST
          )
        : trans.__('Reinstall Patina Lab with %1.', install)
    };
  }
  const programs = choice.missing?.join(', ') ?? '';
  if (!programs) {
    return null;
  }
  return {
    canWrite: true,
    what: isRust
      ? trans.__('Rust is not installed')
      : trans.__('%1 is not installed', programs),
    fix: isRust
      ? trans.__(
          'Cells of Rust need %1, which this server has not. Install Rust from %2, where JupyterLab runs, and start JupyterLab again.',
          programs,
          RUST
        )
      : trans.__('Install %1, where JupyterLab runs.', programs)
  };
}

const RUST = 'https://rustup.rs';
