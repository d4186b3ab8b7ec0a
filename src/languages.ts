/** A language that notebooks can be written in, and the kernelspec that runs it. */
export interface ILanguage {
  readonly name: string;
  /** As `language` stands in a notebook's header. */
  readonly language: string;
  readonly kernel: string;
  /** What to do when the kernelspec is missing. */
  readonly fix: string;
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
    fix: 'Reinstall Patina Lab with pip install --force-reinstall patina-lab, and install Rust from https://rustup.rs.'
  },
  {
    name: 'JavaScript',
    language: 'javascript',
    kernel: 'patina-javascript',
    fix: 'Reinstall Patina Lab with pip install --force-reinstall patina-lab.'
  }
];
