/* Runs one suite in Node.js: node [--jitless] node.js FOLDER MS FILE… */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, ms, ...files] = process.argv.slice(2);
const read = name => readFileSync(join(folder, name), 'utf8');
const { cpuUsage } = process;
const { log } = console;
const clock = () => {
  const { user, system } = cpuUsage();
  return (user + system) / 1e3;
};

const run = (0, eval)(
  readFileSync(new URL('suite.js', import.meta.url), 'utf8')
);
log(JSON.stringify(run(read, clock, files, Number(ms))));
