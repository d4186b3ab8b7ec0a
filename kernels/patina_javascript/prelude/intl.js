/* Intl: the host formats, with the CLDR; what compares texts is here, for it is asked often. */
import { call } from './host.js';
import { comparer } from './collation.js';
import { callable, expose, U, userClass, userFunction } from './realm.js';

const { defineProperty } = Object;
const isFiniteNumber = value => typeof value === 'bigint' || Number.isFinite(value);

function tagsOf(locales) {
  const given = locales === undefined ? [] : typeof locales === 'string' ? [locales] : [...locales];
  return given.map(tag => canonical(String(tag)));
}

function canonical(tag) {
  if (!/^[a-z]{2,8}(-[a-z0-9]{1,8})*$/i.test(tag)) {
    throw new U.RangeError(`Incorrect locale information provided: ${JSON.stringify(tag)}`);
  }
  const [language, ...rest] = tag.split('-');
  const cased = part =>
    part.length === 2
      ? part.toUpperCase()
      : part.length === 4
        ? part[0].toUpperCase() + part.slice(1).toLowerCase()
        : part.toLowerCase();
  const at = rest.findIndex(part => part.length === 1);
  const [main, extensions] = at < 0 ? [rest, []] : [rest.slice(0, at), rest.slice(at)];
  return [
    language.toLowerCase(),
    ...main.map(cased),
    ...extensions.map(part => part.toLowerCase())
  ].join('-');
}

const resolved = new Map();
const lookUp = tag => {
  if (!resolved.has(tag)) {
    resolved.set(tag, call('intl.locale', { locale: tag }));
  }
  return resolved.get(tag);
};

/* The first of the wanted locales that is known, else the host's. */
function localeOf(locales) {
  const found = tagsOf(locales)
    .map(lookUp)
    .find(one => one.supported);
  return found?.locale ?? lookUp(call('intl.default')).locale;
}

/* The options that the host reads, without what is undefined. */
const given = options =>
  Object.fromEntries(Object.entries(options ?? {}).filter(([, value]) => value !== undefined));

class Formatter {
  #locale;
  #options;
  constructor(locales, options) {
    this.#locale = localeOf(locales);
    this.#options = given(options);
  }

  static supportedLocalesOf(locales) {
    return tagsOf(locales).filter(tag => lookUp(tag).supported);
  }

  resolvedOptions() {
    return { locale: this.#locale, ...this.#options };
  }

  static of(formatter) {
    return { locale: formatter.#locale, options: formatter.#options };
  }
}

const of = Formatter.of;
delete Formatter.of;

function numberText(formatter, value) {
  const number = typeof value === 'bigint' ? value : Number(value);
  if (!isFiniteNumber(number)) {
    return Number.isNaN(number) ? 'NaN' : number > 0 ? '∞' : '-∞';
  }
  return call('intl.number', {
    ...of(formatter),
    value: Object.is(number, -0) ? '-0' : String(number)
  });
}

/* `format` and `compare` are functions of their own, to be handed to map and sort. */
class NumberFormat extends Formatter {
  constructor(locales, options) {
    super(locales, options);
    const { style, currency, unit } = of(this).options;
    if (
      (style === 'currency' && currency === undefined) ||
      (style === 'unit' && unit === undefined)
    ) {
      throw new U.TypeError(`style ${style} needs the option ${style}`);
    }
  }

  get format() {
    return userFunction(value => numberText(this, value));
  }

  formatToParts(value) {
    const pieces = numberText(this, value).match(/[\d\p{Nd}]+|[^\d\p{Nd}]+/gu) ?? [];
    return pieces.map(piece => ({
      type: /\p{Nd}/u.test(piece) ? 'integer' : 'literal',
      value: piece
    }));
  }
}

const DATE = ['weekday', 'year', 'month', 'day', 'dateStyle'];
const TIME = ['hour', 'minute', 'second', 'fractionalSecondDigits', 'timeStyle', 'dayPeriod'];
const USUAL = {
  date: { year: 'numeric', month: 'numeric', day: 'numeric' },
  time: { hour: 'numeric', minute: '2-digit', second: '2-digit' }
};

/* What is shown where no field is asked for: the date, the time or both. */
function withUsual(options, needs, usual) {
  const has = names => names.some(name => name in options);
  const isAsked = needs === 'any' ? has(DATE) || has(TIME) : has(needs === 'date' ? DATE : TIME);
  return isAsked ? options : { ...options, ...usual };
}

function timeOf(value) {
  const ms = value === undefined ? Date.now() : Number(value);
  if (!Number.isFinite(ms) || Math.abs(ms) > 8.64e15) {
    throw new U.RangeError('Invalid time value');
  }
  return ms;
}

class DateTimeFormat extends Formatter {
  #zone;
  constructor(locales, options, needs = 'any', usual = USUAL.date) {
    super(locales, withUsual(given(options), needs, usual));
    this.#zone = of(this).options.timeZone;
    if (this.#zone !== undefined) {
      this.#parts(0);
    }
  }

  #parts(value) {
    const ms = timeOf(value);
    const found = call('intl.date', { ...of(this), ms, zone: this.#zone ?? call('time.zone') });
    return found.map(([type, text]) => ({ type, value: text }));
  }

  #text(value) {
    return this.#parts(value)
      .map(part => part.value)
      .join('');
  }

  get format() {
    return userFunction(value => this.#text(value));
  }

  formatToParts(value) {
    return this.#parts(value);
  }

  formatRange(from, to) {
    const [start, end] = [this.#text(from), this.#text(to)];
    return start === end ? start : `${start} – ${end}`;
  }

  resolvedOptions() {
    return {
      ...super.resolvedOptions(),
      calendar: 'gregory',
      numberingSystem: 'latn',
      timeZone: this.#zone ?? call('time.zone')
    };
  }
}

class Collator extends Formatter {
  #compare;
  constructor(locales, options) {
    super(locales, options);
    const { locale, options: wanted } = of(this);
    const numeric = wanted.numeric ?? tagsOf(locales).some(tag => /-kn(?:-true|$|-)/.test(tag));
    this.#compare = comparer(locale.split('-')[0], { sensitivity: 'variant', ...wanted, numeric });
  }

  get compare() {
    return userFunction((one, other) => this.#compare(String(one), String(other)));
  }
}

class PluralRules extends Formatter {
  select(value) {
    const { locale, options } = of(this);
    return call('intl.plural', {
      locale,
      value: Number(value),
      ordinal: options.type === 'ordinal'
    });
  }
}

const LIST_STYLES = { conjunction: 'standard', disjunction: 'or', unit: 'unit' };

class ListFormat extends Formatter {
  format(items) {
    const { locale, options } = of(this);
    const kind = LIST_STYLES[options.type ?? 'conjunction'];
    const style =
      options.style === undefined || options.style === 'long' ? kind : `${kind}-${options.style}`;
    return call('intl.list', { locale, style, items: [...items].map(String) });
  }
}

class RelativeTimeFormat extends Formatter {
  format(value, unit) {
    const { locale, options } = of(this);
    return call('intl.relative', {
      locale,
      value: Number(value),
      unit: String(unit),
      style: options.style ?? 'long'
    });
  }
}

class DisplayNames extends Formatter {
  of(code) {
    const { locale, options } = of(this);
    const found = call('intl.name', { locale, kind: String(options.type), code: String(code) });
    return found ?? (options.fallback === 'none' ? undefined : String(code));
  }
}

const CLASSES = {
  NumberFormat,
  DateTimeFormat,
  Collator,
  PluralRules,
  ListFormat,
  RelativeTimeFormat,
  DisplayNames
};

/* The methods of the language that are the host's affair. */
function replaceMethods() {
  const date = (needs, usual) =>
    function (locales, options) {
      const ms = Date.prototype.getTime.call(this);
      return Number.isNaN(ms)
        ? 'Invalid Date'
        : new DateTimeFormat(locales, options, needs, usual).format(ms);
    };
  const number = valueOf =>
    function (locales, options) {
      return new NumberFormat(locales, options).format(valueOf.call(this));
    };
  const compare = function (other, locales, options) {
    return new Collator(locales, options).compare(String(this), String(other));
  };
  replace(U.Date, 'toLocaleString', date('any', { ...USUAL.date, ...USUAL.time }));
  replace(U.Date, 'toLocaleDateString', date('date', USUAL.date));
  replace(U.Date, 'toLocaleTimeString', date('time', USUAL.time));
  replace(U.Number, 'toLocaleString', number(Number.prototype.valueOf));
  replace(U.BigInt, 'toLocaleString', number(BigInt.prototype.valueOf));
  replace(U.String, 'localeCompare', compare);
}

function replace(Class, name, act) {
  const value = defineProperty(userFunction(act), 'name', { value: name, configurable: true });
  defineProperty(Class.prototype, name, {
    value,
    writable: true,
    configurable: true,
    enumerable: false
  });
}

export function install() {
  userClass(Formatter, 'Object');
  [Collator, DateTimeFormat, NumberFormat].forEach(Class => callable.add(Class));
  const Intl = { getCanonicalLocales: locales => tagsOf(locales) };
  defineProperty(Intl, Symbol.toStringTag, { value: 'Intl', configurable: true });
  const theirs = expose('Intl', Intl);
  for (const [name, Class] of Object.entries(CLASSES)) {
    const value = userClass(Class, name);
    defineProperty(Class.prototype, Symbol.toStringTag, {
      value: `Intl.${name}`,
      configurable: true
    });
    defineProperty(theirs, name, { value, writable: true, configurable: true, enumerable: false });
  }
  replaceMethods();
}
