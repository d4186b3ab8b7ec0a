import { execFileSync } from 'node:child_process';
import { test, expect } from './support/test';

interface ILanguage {
  readonly card: string;
  readonly bind: string;
  readonly show: string;
  readonly wrong: string;
  readonly error: string;
  readonly other: string;
}

const LANGUAGES: readonly ILanguage[] = [
  {
    card: 'Patina JavaScript',
    bind: 'let kept = [7]',
    show: 'kept.length + 41',
    wrong: 'null.x',
    error: 'TypeError',
    other: 'kept.length + 100'
  },
  {
    card: 'Patina Rust',
    bind: 'let kept = vec![7];',
    show: 'kept.len() + 41',
    wrong: 'let wrong: i32 = "a";',
    error: 'mismatched types',
    other: 'kept.len() + 100'
  }
];

/** What a cell of a language whose compiler starts first may take on a busy machine. */
const COMPILED = { timeout: 90_000 };

for (const language of LANGUAGES) {
  test(`${language.card}: from the launcher to a result, an error, variables and a fork`, async ({
    patina
  }) => {
    test.skip(
      language.card === 'Patina Rust' && !hasCompiler(),
      'Rust: its compiler is not built'
    );
    await patina.open();
    await patina.createFromLauncher(language.card);
    await patina.run(0, language.bind);
    await expect(patina.output(1, 1, 'succeeded')).toBeVisible(COMPILED);
    await patina.run(1, language.show);
    await expect(patina.result(2, 2, 'succeeded')).toContainText(
      '42',
      COMPILED
    );
    await patina.run(2, language.wrong);
    await expect(patina.result(3, 3, 'failed')).toContainText(
      language.error,
      COMPILED
    );
    await patina.command('Show Globals', 'g', 'v');
    await expect(
      patina.page
        .getByRole('treegrid', { name: 'Globals' })
        .getByRole('row', { name: /kept/ })
    ).toBeVisible();

    await patina.type(1, language.other);
    await patina.page.keyboard.press('Control+Shift+Enter');
    await expect(patina.tabs).toHaveCount(2);
    await expect(
      patina.timeline.getByRole('article', { name: /cell 2, succeeded/ }).last()
    ).toContainText('101', COMPILED);
  });
}

function hasCompiler(): boolean {
  try {
    execFileSync('python', [
      '-c',
      'from patina_rust import artifacts; artifacts.find()'
    ]);
    return true;
  } catch {
    return false;
  }
}
