// What eslint looks for in the page and its tests. How a file looks is .editorconfig's and the reader's.
import js from '@eslint/js';
import globals from 'globals';

const rules = {
  ...js.configs.recommended.rules,
  'consistent-return': 'error',
  eqeqeq: 'error',
  // Control characters are what logs and names are cleaned of.
  'no-control-regex': 'off',
  'no-shadow': 'error',
  'no-unused-vars': ['error', { args: 'after-used' }],
  'no-use-before-define': ['error', { functions: false, classes: false, variables: false }],
  'no-var': 'error',
  'object-shorthand': 'error',
  'prefer-const': 'error',
  'max-len': ['error', { code: 120 }]
};

export default [
  { ignores: ['wwwroot/vendor/', '**/bin/', '**/obj/'] },
  { files: ['wwwroot/js/**/*.js'], languageOptions: { globals: globals.browser }, rules },
  { files: ['wwwroot/js/boot.js'], languageOptions: { sourceType: 'script' } },
  { files: ['wwwroot/js/live/worker.js'], languageOptions: { globals: globals.sharedWorker } },
  // What is evaluated in a page finds what that shows of itself (start.js).
  {
    files: ['tests/**/*.mjs', '*.mjs'],
    languageOptions: { globals: { ...globals.node, ...globals.browser, app: 'readonly' } },
    rules
  }
];
