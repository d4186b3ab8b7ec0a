/* Runs one suite in Node.js: node [--jitless] node.js FOLDER MS FILE… */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInThisContext } from 'node:vm';

const [folder, ms, ...files] = process.argv.slice(2);
const { cpuUsage } = process;
const { log } = console;
const clock = () => {
  const { user, system } = cpuUsage();
  return (user + system) / 1e3;
};

const run = place => runInThisContext(readFileSync(place, 'utf8'));
run(new URL('shell.js', import.meta.url));
files.forEach(name => run(join(folder, name)));
log(
  JSON.stringify(run(new URL('suite.js', import.meta.url))(clock, Number(ms)))
);
