/* What Shift+Tab says of functions that notebooks have and no library describes. */
export const ownHelp = {
  display: [
    'display(value: any, options?: { id?: string, update?: boolean }): Display',
    'Shows a value as an output of this cell. With an `id`, a later display can take its place.'
  ],
  'display.clear': [
    'display.clear(options?: { wait?: boolean }): void',
    'Removes the outputs of this cell: at once, or when the next one comes.'
  ],
  html: ['html`…`', 'Markup: shown as HTML. What is inserted is escaped, unless it is markup.'],
  svg: ['svg`…`', 'A drawing: shown as SVG. What is inserted is escaped, unless it is markup.'],
  md: ['md`…`', 'Shown as Markdown.'],
  prompt: [
    'prompt(message?: string, default?: string, options?: { password?: boolean }): string | null',
    'Asks for a line of text below the cell; null when there is nobody to ask any more.'
  ],
  confirm: ['confirm(message?: string): boolean', 'Asks for yes or no below the cell.'],
  alert: ['alert(message?: string): void', 'Writes a line.'],
  require: [
    'require(name: string): any',
    'A CommonJS module: a file below the notebook, a package of node_modules, or one of Node.js.'
  ],
  setImmediate: [
    'setImmediate(handler: Function, ...arguments: any[]): Timer',
    'Calls a function after what waits now.'
  ],
  'process.cwd': ['process.cwd(): string', 'The directory of the notebook.'],
  'process.exit': [
    'process.exit(code?: number): never',
    'Ends the process of this kernel, and with it what is in memory.'
  ],
  'process.memoryUsage': ['process.memoryUsage(): { heapUsed }', 'Bytes that values take.'],
  'process.cpuUsage': [
    'process.cpuUsage(since?): { user, system }',
    'Microseconds of the processor, since an earlier reading where that is given.'
  ],
  'process.hrtime': [
    'process.hrtime(since?): [seconds, nanoseconds]',
    'A clock that never goes back.'
  ]
};
