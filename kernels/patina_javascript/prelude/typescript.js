/* TypeScript: types are taken out, line for line; nothing is checked. */
import { transform } from 'sucrase';
import { mapped } from './positions.js';

const OPTIONS = {
  transforms: ['typescript'],
  disableESTransforms: true,
  filePath: 'source',
  sourceMapOptions: { compiledFilename: 'code' }
};

function without(source, options) {
  const { code, sourceMap } = transform(source, { ...OPTIONS, ...options });
  return { code, back: mapped(sourceMap) };
}

/** The source without types, { code, back } as in positions.js. Throws a SyntaxError. */
export const strip = source => without(source, { keepUnusedImports: true });

/** The same for a module, whose imports of types only must go. */
export const stripModule = source => without(source, {});
