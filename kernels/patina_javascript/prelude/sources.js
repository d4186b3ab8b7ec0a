/* The sources of cells, by the names that stack traces have, and which places in them are meant. */

const KEPT = 200;
const sources = new Map();
/* From the code that ran to the source: by name, in the order in which the code was made. */
const ways = new Map();

export const nameOf = count => `cell[${count}]`;

export function remember(name, source) {
  sources.delete(name);
  sources.set(name, source);
  ways.delete(name);
  if (sources.size > KEPT) {
    const [oldest] = sources.keys();
    sources.delete(oldest);
    ways.delete(oldest);
  }
}

export const sourceOf = name => sources.get(name);

/** Say how what runs under a name was made from its source: functions of positions.js, or null. */
export function rememberWays(name, made) {
  ways.set(
    name,
    made.filter(back => back !== null)
  );
}

export const waysOf = name => ways.get(name) ?? [];

/** The place in the source for one in the code that ran. */
export const placeIn = (name, place) => waysOf(name).reduceRight((at, back) => back(at), place);
