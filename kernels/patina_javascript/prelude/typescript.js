/* TypeScript: types are taken out, line for line; nothing is checked. */
import { transform } from 'sucrase';

/** The source without types. Throws a SyntaxError. */
export const strip = source =>
  transform(source, {
    transforms: ['typescript'],
    disableESTransforms: true,
    keepUnusedImports: true
  }).code;

/** The same for a module, whose imports of types only must go. */
export const stripModule = source =>
  transform(source, { transforms: ['typescript'], disableESTransforms: true }).code;
