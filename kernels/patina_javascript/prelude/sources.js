/* The sources of cells, by the names that stack traces have, for code frames. */

const KEPT = 200;
const sources = new Map();

export const nameOf = count => `cell[${count}]`;

export function remember(name, source) {
  sources.delete(name);
  sources.set(name, source);
  if (sources.size > KEPT) {
    sources.delete(sources.keys().next().value);
  }
}

export const sourceOf = name => sources.get(name);
