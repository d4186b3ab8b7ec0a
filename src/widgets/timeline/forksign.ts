import { forkIcon } from '../../icons';

let made: HTMLElement | null = null;

/** The sign of a fork: a picture, for the character is missing from most fonts. */
export function forkSign(): HTMLElement {
  made ??= make();
  return made.cloneNode(true) as HTMLElement;
}

/** Once: there is one in each output cell, and a picture is parsed. */
function make(): HTMLElement {
  const sign = forkIcon.element({ tag: 'span', width: '14px', height: '14px' });
  sign.classList.add('jp-PatinaForkSign');
  sign.ariaHidden = 'true';
  return sign;
}
