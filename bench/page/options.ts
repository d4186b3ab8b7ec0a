import { writeFileSync } from 'node:fs';

/** What `bench/page.py` asks for: the server, and how much is measured. */
export interface IOptions {
  readonly url: string;
  readonly token: string;
  /** The file that the measured values are written to. */
  readonly results: string;
  readonly rounds: number;
  readonly stockRounds: number;
  /** When waiting is given up, in milliseconds. */
  readonly bound: number;
  /** What is run, and the text that ends its output. */
  readonly code: string;
  readonly last: string;
}

export function options(): IOptions {
  const given = process.env.PATINA_BENCH;
  if (!given) {
    throw new Error('The measurements are started by: python -m bench');
  }
  return JSON.parse(given) as IOptions;
}

/** The measured values of both sides, by what was measured. */
export class Results {
  add(what: string, side: string, value: number): void {
    const sides = (this._values[what] ??= { ours: [], stock: [] });
    sides[side].push(value);
  }

  write(): void {
    writeFileSync(options().results, JSON.stringify(this._values));
  }

  private readonly _values: Record<string, Record<string, number[]>> = {};
}
