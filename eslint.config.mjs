import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

/** The layers of ARCHITECTURE.md: what the files of a folder may not import. */
function layer(files, forbidden, why) {
  return {
    files,
    ignores: ['**/*.spec.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [{ group: forbidden, message: why, allowTypeImports: true }]
        }
      ]
    }
  };
}

const WORD = '[value=/\\p{L}{2}/u]';
const WORDS = '[value=/\\p{L}{2,} \\p{L}{2,}/u]';
const READ =
  /^(textContent|innerText|title|label|caption|placeholder|alt|aria(Label|Description|RoleDescription|ValueText))$/;
const ATTRIBUTE =
  /^(aria-(label|description|roledescription|valuetext)|title|placeholder|alt)$/;
/** What no language has another word for: of the wire, names and classes. */
const NAMES =
  /^(not run|only left|only right|old session|Patina Notebook|pip install .*|jp-.*)$/;

/** Texts in the code that people read although no translator is asked for them. */
const UNTRANSLATED = [
  // Whatever has two words, unless a translator gets it, something is compared with it, or only
  // programmers read it.
  `Literal${WORDS}:not([value=${NAMES}], CallExpression[callee.property.name=/^_[_n]/] > *, BinaryExpression > *, SwitchCase > *,` +
    ' Property[key.name=/^(description|type)$/] > *, NewExpression[callee.name="Token"] > *)',
  'TemplateElement[value.raw=/\\p{L}{2,} \\p{L}{2,}/u]',
  `JSXText${WORD}`,
  `AssignmentExpression[left.property.name=${READ}] > Literal.right${WORD}`,
  `Property[key.name=${READ}] > Literal.value${WORD}:not([value=/^(Python|JavaScript|Rust)$/])`,
  `CallExpression[callee.property.name="setAttribute"][arguments.0.value=${ATTRIBUTE}] > Literal:nth-child(2)`,
  `CallExpression[callee.name=/^(element|button)$/] > Literal:nth-child(3)${WORD}`
].map(selector => ({
  selector,
  message: 'People read this: hand it to the translator'
}));

/** What jupyterlab-translate, which makes the catalogue of texts, does not find. */
const UNSEEN = {
  selector:
    'CallExpression[callee.property.name=/^_(_|n|p|np)$/]' +
    ':not([callee.object.name="trans"], [callee.object.property.name="_trans"][callee.object.object.type="ThisExpression"],' +
    ' [callee.object.property.name="trans"][callee.object.object.name="props"],' +
    ' [callee.object.property.name="trans"][callee.object.object.property.name="props"])',
  message: 'Translators do not get this: name it trans, or this._trans'
};

export default tseslint.config(
  {
    ignores: [
      'build',
      'lib',
      'node_modules',
      '.venv',
      'patina_lab/labextension',
      'src/wire.ts',
      'ui-tests/results',
      'style/index.js',
      'kernels/**/*.ts',
      '*.mjs'
    ]
  },
  eslint.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        project: ['tsconfig.spec.json', 'ui-tests/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname
      }
    },
    rules: {
      '@typescript-eslint/no-empty-object-type': [
        'error',
        { allowInterfaces: 'with-single-extends' }
      ],
      // `IPatinaClient` is an interface and the token that provides it, as everywhere in JupyterLab.
      'no-redeclare': 'off',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { args: 'none', ignoreRestSiblings: true, varsIgnorePattern: '^_' }
      ],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', prefer: 'type-imports' }
      ],
      // Signals are connected as everywhere in Lumino: `signal.connect(this._onChange, this)`.
      '@typescript-eslint/unbound-method': 'off',
      curly: ['error', 'all'],
      eqeqeq: 'error',
      'prefer-const': 'error'
    }
  },
  {
    // The prelude of the JavaScript kernel runs in its engine alone: no types, no page, no Node.
    files: ['kernels/**/*.{js,mjs}', 'bench/octane/*.js'],
    extends: [tseslint.configs.disableTypeChecked],
    rules: { '@typescript-eslint/switch-exhaustiveness-check': 'off' }
  },
  {
    files: ['kernels/**/*.js'],
    languageOptions: { globals: { performance: 'readonly' } }
  },
  {
    // CommonJS, so that each library is evaluated when it is asked for.
    files: ['kernels/patina_javascript/prelude/node/*.js'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: { require: 'readonly', exports: 'writable' }
    },
    rules: { '@typescript-eslint/no-require-imports': 'off' }
  },
  {
    files: ['kernels/**/*.mjs', 'bench/octane/*.js'],
    languageOptions: {
      globals: { process: 'readonly', console: 'readonly', URL: 'readonly' }
    }
  },
  {
    // A fixture without fixtures of its own is written `({}, use)`.
    files: ['ui-tests/**', 'bench/**'],
    rules: { 'no-empty-pattern': 'off' }
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    ignores: ['**/*.spec.ts'],
    rules: { 'no-restricted-syntax': ['error', UNSEEN, ...UNTRANSLATED] }
  },
  layer(
    ['src/model/**'],
    [
      '@jupyterlab/*',
      '@lumino/widgets',
      '**/services/**',
      '**/widgets/**',
      '**/plugins/**'
    ],
    'model/ knows no page and no server'
  ),
  layer(
    ['src/services/**'],
    ['@lumino/widgets', '**/widgets/**', '**/plugins/**'],
    'services/ knows no page'
  ),
  layer(
    ['src/widgets/**'],
    ['**/plugins/**'],
    'plugins/ wires widgets, not the other way round'
  )
);
