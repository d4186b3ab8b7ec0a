import type { TranslationBundle } from '@jupyterlab/translation';
import type * as wire from '../wire';

/** What the server says to people: texts in English, and how translators know them. */
type Worded<F extends string> = { readonly [field in F]?: string } & {
  readonly wording?: Readonly<Record<string, wire.Wording>>;
};

/** A text of the server's, in the page's language; empty when there is none. */
export function said<F extends string>(
  texts: Worded<F>,
  field: F,
  trans: TranslationBundle
): string {
  return inWords(texts[field] ?? '', texts.wording?.[field], trans);
}

/** A line of the report of a fork, a save or a load, in the page's language. */
export function reportLine(
  line: wire.ReportLine,
  trans: TranslationBundle
): string {
  const [what, advice] = [
    said(line, 'what', trans),
    said(line, 'advice', trans)
  ];
  const told = sentences([what, advice], trans);
  return [line.name && `${line.name}:`, told].filter(Boolean).join(' ');
}

/** Sentences after each other, without those that are empty; some may lack their end. */
export function sentences(
  texts: readonly string[],
  trans: TranslationBundle
): string {
  const [first = '', ...others] = texts.filter(Boolean);
  return others.reduce(
    (said, next) =>
      /[.!?…。！？।]$/.test(said)
        ? trans.__('%1 %2', said, next)
        : trans.__('%1. %2', said, next),
    first
  );
}

/** A list of texts of the server's, in the page's language. */
export function saidEach<F extends string>(
  texts: { readonly [field in F]: readonly string[] } & Worded<never>,
  field: F,
  trans: TranslationBundle
): string[] {
  return texts[field].map((text, index) =>
    inWords(text, texts.wording?.[`${field}.${index}`], trans)
  );
}

function inWords(
  text: string,
  wording: wire.Wording | undefined,
  trans: TranslationBundle
): string {
  if (wording) {
    return worded(wording, trans);
  }
  // The translator would put values into whatever looks like a place for one.
  return text === '' || text.includes('%') ? text : trans.gettext(text);
}

function worded(
  { msgid, plural, values = [] }: wire.Wording,
  trans: TranslationBundle
): string {
  const told = values.map(value =>
    typeof value === 'object' ? worded(value, trans) : value
  );
  const [number, ...others] = told;
  return plural === undefined
    ? trans.gettext(msgid, ...told)
    : trans.ngettext(msgid, plural, Number(number), ...others);
}
