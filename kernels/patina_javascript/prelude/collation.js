/* The order of texts: letters first by their base, then by their marks, then by their case, as in
 * the root of the CLDR; of the rules of single languages, those for letters that are their own. */

/* Letters that come after another one: by language, [letter, the letter before]. */
const OWN = {
  sv: ['zåäö'],
  fi: ['zåäö'],
  da: ['zæøå'],
  nb: ['zæøå'],
  nn: ['zæøå'],
  no: ['zæøå'],
  es: ['nñ'],
  et: ['sšzž', 'wõäöü'],
  pl: ['aą', 'cć', 'eę', 'lł', 'nń', 'oó', 'sś', 'zźż'],
  tr: ['cç', 'gğ', 'hıi', 'oö', 'sş', 'uü']
};
const EXPANDED = { æ: 'ae', œ: 'oe', ø: 'o', ß: 'ss', đ: 'd', ł: 'l', ı: 'i', þ: 'th', ð: 'd' };

function ownLetters(language) {
  const found = new Map();
  for (const [base, ...after] of (OWN[language] ?? []).map(one => [...one])) {
    after.forEach((letter, at) => found.set(letter, `${base}\uffff${String.fromCharCode(at + 1)}`));
  }
  return found;
}

/* Spaces, punctuation and symbols come before digits, and these before letters. */
function rank(char) {
  if (/\s/u.test(char)) {
    return '0';
  }
  if (/\p{P}/u.test(char)) {
    return '1';
  }
  if (/\p{S}/u.test(char)) {
    return '2';
  }
  return /\p{N}/u.test(char) ? '3' : '4';
}

function keysOf(text, own) {
  const keys = { base: [], marks: [], cases: [] };
  for (const char of text.normalize('NFC')) {
    const lower = char.toLowerCase();
    const bare = own.get(lower) ?? EXPANDED[lower] ?? lower.normalize('NFD').replace(/\p{M}/gu, '');
    for (const one of bare === '' ? [] : [bare]) {
      keys.base.push(rank(one) + one);
      keys.marks.push(own.has(lower) ? '' : lower.normalize('NFD').replace(bare, ''));
      keys.cases.push(char === lower ? '0' : '1');
    }
  }
  return keys;
}

function sign(one, other) {
  return one === other ? 0 : one < other ? -1 : 1;
}

function firstDifference(one, other) {
  for (let at = 0; at < Math.min(one.length, other.length); at++) {
    if (one[at] !== other[at]) {
      return sign(one[at], other[at]);
    }
  }
  return sign(one.length, other.length);
}

const digitRuns = text => text.match(/\d+|\D+/g) ?? [];

/* With numbers by their value: 'a2' before 'a10'. */
function padded(text) {
  return digitRuns(text)
    .map(run => (/^\d/.test(run) ? run.replace(/^0+(?=\d)/, '').padStart(30, '0') : run))
    .join('');
}

/** A function that compares two texts; options as Intl.Collator's. */
export function comparer(language, { numeric, sensitivity, caseFirst, ignorePunctuation }) {
  const own = ownLetters(language);
  const cache = new Map();
  const prepare = text => {
    const seen = ignorePunctuation ? text.replace(/[\p{P}\s]/gu, '') : text;
    return keysOf(numeric ? padded(seen) : seen, own);
  };
  const keyed = text => {
    if (!cache.has(text)) {
      if (cache.size > 5000) {
        cache.clear();
      }
      cache.set(text, prepare(text));
    }
    return cache.get(text);
  };
  return (one, other) => {
    if (one === other) {
      return 0;
    }
    const [a, b] = [keyed(one), keyed(other)];
    const base = firstDifference(a.base, b.base);
    const marks =
      base === 0 && sensitivity !== 'base' && sensitivity !== 'case'
        ? firstDifference(a.marks, b.marks)
        : base;
    if (marks !== 0 || sensitivity === 'base' || sensitivity === 'accent') {
      return marks;
    }
    return firstDifference(a.cases, b.cases) * (caseFirst === 'upper' ? -1 : 1);
  };
}
