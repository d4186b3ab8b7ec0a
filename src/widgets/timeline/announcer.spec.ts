import { nullTranslator } from '@jupyterlab/translation';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Announcer } from './announcer';

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('document', {
    createElement: () => ({ setAttribute: () => undefined })
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('what was said is gone after a while, and can be said again', () => {
  const announcer = new Announcer(nullTranslator.load('patina_lab'));
  const said = () => announcer.node.textContent;
  for (const _ of [1, 2]) {
    announcer.tell('Run 1 is stopped');
    vi.advanceTimersByTime(1_000);
    expect(said()).toBe('Run 1 is stopped');
    vi.advanceTimersByTime(10_000);
    expect(said()).toBe('');
  }
});

test('what is said next stays as long as what was said before', () => {
  const announcer = new Announcer(nullTranslator.load('patina_lab'));
  announcer.tell('one');
  vi.advanceTimersByTime(6_000);
  announcer.tell('two');
  vi.advanceTimersByTime(6_000);
  expect(announcer.node.textContent).toBe('two');
});

test('what ends with a stop gets no second one', () => {
  const announcer = new Announcer(nullTranslator.load('patina_lab'));
  announcer.tell('Run 1 is stopped. Its timeline is kept.');
  announcer.tell('Output 2 succeeded');
  vi.advanceTimersByTime(1_000);
  expect(announcer.node.textContent).toBe(
    'Run 1 is stopped. Its timeline is kept. Output 2 succeeded'
  );
});
