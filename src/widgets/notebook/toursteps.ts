import type { TranslationBundle } from '@jupyterlab/translation';

/** One thing that is pointed at, and what is said of it. */
export interface ITourStep {
  /** A selector; a step whose target is not in view is left out. */
  readonly target: string;
  readonly title: string;
  readonly text: string;
}

const IN_FRONT = '.jp-PatinaPanel:not(.lm-mod-hidden)';

/** What a person new to these notebooks is shown; `keys` tells those of a command, as they are set. */
export function tourSteps(
  trans: TranslationBundle,
  keys: (command: string) => string
): ITourStep[] {
  return [
    {
      target: `${IN_FRONT} .jp-PatinaSource`,
      title: trans.__('Source'),
      text: trans.__(
        'Code and text are written here. %1 runs a cell; the first time it starts a run.',
        keys('patina:run-and-advance')
      )
    },
    {
      target: `${IN_FRONT} .jp-PatinaRuns`,
      title: trans.__('Timeline'),
      text: trans.__(
        'Results appear here and are kept. Running a cell again adds one, with the code as it ran.'
      )
    },
    {
      target: `${IN_FRONT} .jp-PatinaRunTabs`,
      title: trans.__('Runs'),
      text: trans.__(
        'Each tab is a run: a kernel with its variables, and its timeline. It goes on when the page is closed.'
      )
    },
    {
      target: `${IN_FRONT} [data-jp-item-name="fork"]`,
      title: trans.__('Fork'),
      text: trans.__(
        'Makes a second run that starts with exactly the variables of this one. %1 forks and runs the cell there: try another value without losing this one.',
        keys('patina:run-in-fork')
      )
    },
    {
      target: `${IN_FRONT} [data-jp-item-name="compare"]`,
      title: trans.__('Compare'),
      text: trans.__(
        'Two runs side by side: code, outputs and variables, only what differs.'
      )
    },
    {
      target: '[data-id="patina-globals"]',
      title: trans.__('Globals'),
      text: trans.__(
        'Every variable, and what each cell changed; also as they were after an earlier cell. %1 undoes what the last one did.',
        keys('patina:undo-execution')
      )
    },
    {
      target: '[data-id="patina-history"]',
      title: trans.__('History'),
      text: trans.__(
        'Looks for words in everything that ever ran here: code, outputs, errors, names.'
      )
    }
  ];
}
