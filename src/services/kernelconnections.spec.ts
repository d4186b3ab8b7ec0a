import type { Kernel } from '@jupyterlab/services';
import { Signal } from '@lumino/signaling';
import { expect, test } from 'vitest';
import { KernelConnections } from './kernelconnections';

const model = { id: 'k', name: 'patina-python' };

/** A manager whose connections know only whether they are disposed, and what the kernel is. */
function connections(hasWidgets: boolean, info = () => Promise.resolve({})) {
  const made: Kernel.IKernelConnection[] = [];
  const connectTo = ({ model: { id } }: { model: Kernel.IModel }) => {
    const connection = { id, isDisposed: false };
    const disposed = new Signal<object, void>(connection);
    const dispose = () => {
      connection.isDisposed = true;
      disposed.emit();
    };
    const more = { disposed, dispose, info: info() };
    const one = Object.assign(connection, more);
    made.push(one as unknown as Kernel.IKernelConnection);
    return made[made.length - 1];
  };
  const kernels = { connectTo } as unknown as Kernel.IManager;
  const all = new KernelConnections(kernels, Promise.resolve(hasWidgets));
  return { all, made };
}

test('a kernel has one connection, which widgets keep', async () => {
  const { all, made } = connections(true);
  expect(all.to(model)).toBeNull();
  await all.ready;
  const first = all.to(model)!;
  all.release(first);
  expect(first.isDisposed).toBe(false);
  expect(all.to(model)).toBe(first);
  first.dispose();
  expect(all.to(model)).not.toBe(first);
  expect(made).toHaveLength(2);
});

test('without widgets a connection ends with its use', async () => {
  const { all } = connections(false);
  await all.ready;
  const first = all.to(model)!;
  all.release(first);
  expect(first.isDisposed).toBe(true);
});

test('a kernel that ends before it has said what it is is no error of the page', async () => {
  const uncaught: unknown[] = [];
  const listen = (reason: unknown) => uncaught.push(reason);
  process.on('unhandledRejection', listen);
  const { all } = connections(true, () => Promise.reject(new Error('ended')));
  await all.ready;
  all.to(model);
  await new Promise(done => setTimeout(done));
  process.off('unhandledRejection', listen);
  expect(uncaught).toEqual([]);
});
