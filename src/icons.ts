import { LabIcon } from '@jupyterlab/ui-components';
import patinaSvg from '../style/icons/patina.svg';

/** A line of code that parts into two runs. */
export const patinaIcon = new LabIcon({
  name: 'patina-lab:notebook',
  svgstr: patinaSvg
});
