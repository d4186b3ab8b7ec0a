/* As in a shell of an engine: what looks for a page or for Node.js finds neither. */
for (const name of [
  'process',
  'require',
  'window',
  'document',
  'self',
  'navigator'
]) {
  globalThis[name] = undefined;
}
globalThis.print = () => {};
globalThis.read = name => {
  throw new Error(`there is no file ${name}`);
};
