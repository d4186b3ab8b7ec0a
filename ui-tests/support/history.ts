import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import type { LabServer } from './server';

const ROOT = resolve(__dirname, '../..');

/**
 * Write a notebook of `cells` cells whose one run has many output cells, as the benchmarks do with
 * the product's own encoder. Output cell n is of cell n modulo `cells`, and printed "output n".
 */
export function writeHistory(
  server: LabServer,
  cells: number,
  outputs: number
): string {
  const path = `${randomUUID().slice(0, 8)}-history.tsnb`;
  const program = `
import sys
from pathlib import Path
from bench.history import write_history
root, name, cells, outputs = sys.argv[1:]
write_history(Path(root), name, int(cells), int(outputs))`;
  execFileSync(
    resolve(ROOT, '.venv/bin/python'),
    ['-c', program, server.root, path, String(cells), String(outputs)],
    { cwd: ROOT }
  );
  return path;
}
