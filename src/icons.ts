import { LabIcon } from '@jupyterlab/ui-components';
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
