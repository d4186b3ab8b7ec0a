import { describe, expect, it } from 'vitest';
import type * as wire from '../wire';
import { PlainKernel } from './plainkernel';

const global = (name: string): wire.Global => ({
  name,
  type: 'int',
  kind: 'data',
  summary: '1',
  has_children: false
});

/** A server that answers when it is told to. */
function server() {
  const answers: ((globals: wire.Global[]) => void)[] = [];
  return {
    answers,
    kernelGlobals: () =>
      new Promise<wire.Global[]>(answer => answers.push(answer))
  };
}

describe('a kernel without a run', () => {
  it('has the variables that were asked for last, whatever comes late', async () => {
    const client = server();
    const kernel = new PlainKernel(client, 'k', 'a.ipynb', 'patina-python');
    const told: string[][] = [];
    kernel.globalsChanged.connect(() =>
      told.push(kernel.globals.map(({ name }) => name))
    );
    const first = kernel.look();
    const second = kernel.look();
    client.answers[1]([global('new')]);
    client.answers[0]([global('old')]);
    await Promise.all([first, second]);
    expect(told).toEqual([['new']]);
  });

  it('tells of a status only when it is another one', () => {
    const kernel = new PlainKernel(server(), 'k', 'a.ipynb', 'patina-python');
    const told: string[] = [];
    kernel.changed.connect(() => told.push(kernel.run.status));
    kernel.status = 'idle';
    kernel.status = 'busy';
    kernel.status = 'busy';
    kernel.status = 'idle';
    expect(told).toEqual(['busy', 'idle']);
  });

  it('says nothing once it is gone', async () => {
    const client = server();
    const kernel = new PlainKernel(client, 'k', 'a.ipynb', 'patina-python');
    const look = kernel.look();
    kernel.dispose();
    client.answers[0]([global('late')]);
    await look;
    expect(kernel.globals).toEqual([]);
  });
});
