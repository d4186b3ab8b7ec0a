import { describe, expect, it } from 'vitest';
import type { ISearchQuery } from '../tokens';
import type * as wire from '../wire';
import { HistoryModel } from './historymodel';

/** A server whose pages are short: each looks at `step` of the output cells. */
class Server {
  constructor(
    private readonly _total: number,
    private readonly _step: number
  ) {}

  readonly asked: ISearchQuery[] = [];
  fails = false;

  search(_: string, query: ISearchQuery): Promise<wire.SearchPage> {
    this.asked.push(query);
    if (this.fails) {
      return Promise.reject(new Error('no server'));
    }
    const from = Number(query.after ?? 0);
    const to = Math.min(from + this._step, this._total);
    const seqs = Array.from(
      { length: to - from },
      (_, n) => this._total - from - n
    );
    const found = seqs
      .filter(seq => String(seq).includes(query.words))
      .map(seq => ({ run: 'r', seq }) as wire.Found);
    return Promise.resolve({
      found,
      searched: to,
      total: this._total,
      next: to < this._total ? String(to) : undefined
    });
  }
}

describe('HistoryModel', () => {
  it('asks page after page until there is enough, and goes on when asked', async () => {
    const server = new Server(200, 10);
    const model = new HistoryModel(server);
    await model.show('n');
    expect(model.found.length).toBe(50);
    expect(server.asked.length).toBe(5);
    await model.more();
    expect(model.found.map(({ seq }) => seq)).toEqual(
      Array.from({ length: 100 }, (_, n) => 200 - n)
    );
  });

  it('looks through empty pages to the end', async () => {
    const model = new HistoryModel(new Server(100, 7));
    await model.show('n');
    await model.ask({ words: '100' });
    expect(model.found.map(({ seq }) => seq)).toEqual([100]);
    expect(model.hasMore).toBe(false);
    expect(model.progress).toEqual({ searched: 100, total: 100 });
  });

  it('drops the answer to a question that is no longer asked', async () => {
    const model = new HistoryModel(new Server(100, 100));
    const first = model.show('n');
    const second = model.ask({ words: '42' });
    await Promise.all([first, second]);
    expect(model.found.map(({ seq }) => seq)).toEqual([42]);
  });

  it('says why there is no answer, and recovers', async () => {
    const server = new Server(3, 3);
    const model = new HistoryModel(server);
    server.fails = true;
    await model.show('n');
    expect(model.trouble).toBe('no server');
    server.fails = false;
    await model.search();
    expect([model.trouble, model.found.length]).toEqual([null, 3]);
  });

  it('asks nothing without a notebook, and forgets which run another notebook had', async () => {
    const server = new Server(3, 3);
    const model = new HistoryModel(server);
    await model.search();
    expect(server.asked).toEqual([]);
    await model.show('n');
    await model.ask({ run: 'r' });
    await model.show('m');
    expect(server.asked.at(-1)?.run).toBe('');
  });
});
