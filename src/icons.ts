import { LabIcon } from '@jupyterlab/ui-components';
import javascriptSvg from '../kernels/specs/patina-javascript/logo-svg.svg';
import pythonSvg from '../kernels/specs/patina-python/logo-svg.svg';
import rustSvg from '../kernels/specs/patina-rust/logo-svg.svg';
import compareSvg from '../style/icons/compare.svg';
import forkSvg from '../style/icons/fork.svg';
import globalsSvg from '../style/icons/globals.svg';
import patinaSvg from '../style/icons/patina.svg';
import runsSvg from '../style/icons/runs.svg';

/** A line of code that parts into two runs. */
export const patinaIcon = new LabIcon({
  name: 'patina-lab:notebook',
  svgstr: patinaSvg
});

/** The signs of the languages, which are those of their kernelspecs. */
export const languageIcons: Readonly<Record<string, LabIcon | undefined>> = {
  python: new LabIcon({ name: 'patina-lab:python', svgstr: pythonSvg }),
  rust: new LabIcon({ name: 'patina-lab:rust', svgstr: rustSvg }),
  javascript: new LabIcon({
    name: 'patina-lab:javascript',
    svgstr: javascriptSvg
  })
};

/** Braces around an x: the variables of a run. */
export const globalsIcon = new LabIcon({
  name: 'patina-lab:globals',
  svgstr: globalsSvg
});

/** A line with branches: the runs and their forks. */
export const runsIcon = new LabIcon({
  name: 'patina-lab:runs',
  svgstr: runsSvg
});

/** A line that parts in two: fork a run. */
export const forkIcon = new LabIcon({
  name: 'patina-lab:fork',
  svgstr: forkSvg
});

/** Arrows both ways: two runs compared. */
export const compareIcon = new LabIcon({
  name: 'patina-lab:compare',
  svgstr: compareSvg
});
