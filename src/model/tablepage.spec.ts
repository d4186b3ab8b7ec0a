import { describe, expect, it } from 'vitest';
import type { IGlobalPage } from '../tokens';
import type * as wire from '../wire';
import { TABLE_COLUMNS, TABLE_ROWS, TableReader } from './tablepage';

function part(name: string, more: Partial<wire.Global> = {}): wire.Global {
  const of = { type: 'int', kind: 'data', has_children: false } as const;
  return { name, summary: name, ...of, ...more };
}

function some<T>(all: readonly T[], { offset, limit }: IGlobalPage): T[] {
  return all.slice(offset, offset + limit);
}

/** A frame of 100 rows and 65 columns, as the kernel opens it; with an index, if wanted. */
function frame(index: readonly wire.Global[], busiest = { asked: 0, most: 0 }) {
  const columns = Array.from({ length: 65 }, (_, n) =>
    part(`['c${n}']`, { dtype: 'float64' })
  );
  const parts = [part('rows', { type: 'rows' }), ...index, ...columns];
  const client = {
    global: async (_: string, name: string, page: IGlobalPage) => {
      busiest.asked += 1;
      busiest.most = Math.max(busiest.most, busiest.asked);
      await Promise.resolve();
      busiest.asked -= 1;
      const [step] = page.path;
      const values = Array.from({ length: 100 }, (_, n) =>
        part(`[${n}]`, { summary: `${step} ${n}` })
      );
      const all = step === undefined ? parts : values;
      return {
        global: part(name, { shape: [100, 65] }),
        children: some(all, page),
        total: all.length
      } as wire.GlobalPage;
    }
  };
  return new TableReader(client, 'run', 'df', []);
}

async function read(index: readonly wire.Global[], row = 0, column = 0) {
  const reader = frame(index);
  return reader.read(await reader.head(), { row, column });
}

describe('a frame as a table', () => {
  it('asks for a few columns at a time: the kernel has two seconds for each', async () => {
    const busiest = { asked: 0, most: 0 };
    const reader = frame([], busiest);
    await reader.read(await reader.head(), { row: 0, column: 0 });
    expect(busiest.most).toBe(4);
  });

  it('is read a page of rows and of columns at a time, to the last ones', async () => {
    const first = await read([]);
    expect([first.rows.length, first.columns.length]).toEqual([
      TABLE_ROWS,
      TABLE_COLUMNS
    ]);
    expect([first.height, first.width]).toEqual([100, 65]);
    const last = await read([], 50, 60);
    expect(last.columns.map(({ label }) => label)).toEqual(
      [60, 61, 62, 63, 64].map(n => `c${n}`)
    );
    expect(last.rows[49][4]).toBe("['c64'] 99");
    expect(last.index).toBeNull();
  });

  it('has what its rows are called beside each page of its columns', async () => {
    const day = part("index['day']", { type: 'index', dtype: 'datetime64' });
    const page = await read([day], 50, 30);
    expect(page.columns[0].label).toBe('c30');
    expect(page.width).toBe(65);
    expect(page.index).toMatchObject({ label: 'day', type: 'datetime64' });
    expect(page.index?.values[0]).toBe("index['day'] 50");
  });
});
