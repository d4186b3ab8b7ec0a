import { nullTranslator } from '@jupyterlab/translation';
import { expect, test } from 'vitest';
import { lackOf, LANGUAGES } from './languages';

const trans = nullTranslator.load('patina_lab');
const [python, rust] = LANGUAGES;

function choice(name: string, missing?: string[]) {
  return { name, display_name: name, language: 'any', missing };
}

test('a language whose kernel and programs are there lacks nothing', () => {
  const there = [choice('patina-python'), choice('patina-rust')];
  expect(lackOf(python, there, trans)).toBeNull();
  expect(lackOf(rust, there, trans)).toBeNull();
});

test('a missing toolchain, or a missing kernel, is told with what to install', () => {
  const bare = lackOf(rust, [choice('patina-rust', ['cargo'])], trans);
  expect(bare?.what).toBe('Rust is not installed');
  expect(bare?.fix).toMatch(/need cargo,.*https:\/\/rustup\.rs/);
  expect(lackOf(python, [], trans)?.fix).toContain('pip install');
});
