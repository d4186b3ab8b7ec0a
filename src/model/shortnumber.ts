/** How many digits of a number that is not whole are shown in a table. */
const DIGITS = 6;

const FRACTION = /^-?\d+\.\d+(?:e[+-]?\d+)?$/i;

/** A number that is not whole with at most six significant digits; any other text as it is. */
export function shortNumber(text: string): string {
  if (!FRACTION.test(text)) {
    return text;
  }
  const [digits, power = ''] = Number(text).toPrecision(DIGITS).split('e');
  // Zeros at the end say nothing, but one: 1.0 is no whole number.
  const plain = digits.replace(/(\.\d+?)0+$/, '$1');
  const short = power ? `${plain}e${power}` : plain;
  return short.length < text.length ? short : text;
}
