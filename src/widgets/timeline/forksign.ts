import { forkIcon } from '../../icons';

/** The sign of a fork: a picture, for the character is missing from most fonts. */
export function forkSign(): HTMLElement {
  const sign = forkIcon.element({ tag: 'span', width: '14px', height: '14px' });
  sign.classList.add('jp-PatinaForkSign');
  sign.ariaHidden = 'true';
  return sign;
}
