import type { TranslationBundle } from '@jupyterlab/translation';

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

/** What to do when the kernelspec of a language is missing. */
export function fix({ language }: ILanguage, trans: TranslationBundle): string {
  const install = 'pip install --force-reinstall patina-lab';
  return language === 'rust'
    ? trans.__(
        'Reinstall Patina Lab with %1, and install Rust from %2.',
        install,
        'https://rustup.rs'
      )
    : trans.__('Reinstall Patina Lab with %1.', install);
}
