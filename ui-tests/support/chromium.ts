import { existsSync } from 'node:fs';

/** The system's Chromium: the tests never download one. */
export function chromiumPath(): string {
  const places = [
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome'
  ];
  const found = process.env.CHROMIUM ?? places.find(place => existsSync(place));
  if (!found) {
    throw new Error(
      'No Chromium: install it, or name it in the environment variable CHROMIUM'
    );
  }
  return found;
}
