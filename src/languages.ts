/** A language that notebooks can be written in, and the kernelspec that runs it. */
export interface ILanguage {
  readonly name: string;
  /** As `language` stands in a notebook's header. */
  readonly language: string;
  readonly kernel: string;
  /** What to do when the kernelspec is missing; null when this version brings none. */
  readonly fix: string | null;
}

/** The languages of the launcher, in its order. */
export const LANGUAGES: readonly ILanguage[] = [
  {
    name: 'Python',
    language: 'python',
    kernel: 'patina-python',
    fix: 'Reinstall Patina Lab with pip install --force-reinstall patina-lab.'
  },
  {
    name: 'Rust',
    language: 'rust',
    kernel: 'patina-rust',
    fix: null
  },
  {
    name: 'JavaScript',
    language: 'javascript',
    kernel: 'patina-javascript',
    fix: 'Reinstall Patina Lab with pip install --force-reinstall patina-lab.'
  }
];
