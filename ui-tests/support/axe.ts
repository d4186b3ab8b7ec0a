import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';

/** What axe finds against WCAG 2.2 AA in parts of a page, a sentence each. */
export async function violations(
  page: Page,
  ...parts: string[]
): Promise<string[]> {
  const builder = new AxeBuilder({ page }).withTags([
    'wcag2a',
    'wcag2aa',
    'wcag21a',
    'wcag21aa',
    'wcag22aa'
  ]);
  parts.forEach(part => builder.include(part));
  const found = await builder.analyze();
  return found.violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes.map(node => node.target.join(' ')).join(', ')}`
  );
}
