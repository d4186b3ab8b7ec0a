import { expect, test } from 'vitest';
import { shortNumber } from './shortnumber';

test.each([
  ['0.1257302210933933', '0.12573'],
  ['-2.3653039062769743', '-2.3653'],
  ['1.0000000000000002', '1.0'],
  ['123456.78912', '123457'],
  ['12345678.912345', '1.23457e+7'],
  ['1.2345678901234567e-12', '1.23457e-12']
])('%s is shown as %s', (text, short) => {
  expect(shortNumber(text)).toBe(short);
});

test.each(['0.5', '1.0', '1e-300', '1234567890123', "'0.123456789012'", 'nan'])(
  '%s is left as it is',
  text => {
    expect(shortNumber(text)).toBe(text);
  }
);
