import type { SharedCell } from '@jupyter/ydoc';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { YTsnb } from './source';

/** A document as the server makes it. */
function fromServer(header: Record<string, string> = {}): YTsnb {
  const document = YTsnb.create();
  const server = new Y.Doc();
  const meta = server.getMap('meta');
  meta.set('nbformat', 4);
  meta.set('nbformat_minor', 5);
  meta.set('metadata', new Y.Map());
  const known = { id: 'n1', kernel: 'patina-python', language: 'python' };
  Object.entries({ ...known, ...header }).forEach(([key, value]) =>
    meta.set(key, value)
  );
  Y.applyUpdate(document.ydoc, Y.encodeStateAsUpdate(server));
  return document;
}

test('the header says which notebook it is and what runs it', () => {
  expect(fromServer().header).toEqual({
    id: 'n1',
    kernel: 'patina-python',
    language: 'python',
    problem: null
  });
});

test('an empty document has no id yet', () => {
  expect(YTsnb.create().header.id).toBeNull();
});

test('a file that could not be read says where and why', () => {
  const problem = JSON.stringify({ message: 'bad value', line: 3, column: 9 });
  expect(fromServer({ problem }).header.problem).toEqual({
    message: 'bad value',
    line: 3,
    column: 9,
    ancestor: null
  });
});

test('JupyterLab hears the language as metadata, which stays out of the file', () => {
  const document = fromServer();
  const heard: unknown[] = [];
  document.metadataChanged.connect((_, change) => heard.push(change.key));
  document.setKernel('patina-rust', 'rust');
  expect(document.getMetadata('language_info')).toEqual({ name: 'rust' });
  expect(heard).toContain('language_info');
  expect(document.getMetadata()).toEqual({});
});

test('a cell pasted from a stock notebook leaves its results and its trust behind', () => {
  const document = fromServer();
  const [cell] = document.insertCells(0, [
    {
      cell_type: 'code',
      source: '1 + 1',
      metadata: { trusted: true, tags: ['kept'] },
      execution_count: 7,
      outputs: [{ output_type: 'stream', name: 'stdout', text: '2' }]
    }
  ]);
  expect(cell.toJSON()).toMatchObject({
    source: '1 + 1',
    metadata: { tags: ['kept'] },
    outputs: [],
    execution_count: null
  });
  expect(cell.toJSON().metadata).not.toHaveProperty('trusted');
});

test('undo walks back over all cells in the order they were edited', () => {
  const document = fromServer();
  const [a, b] = document.insertCells(0, [
    { cell_type: 'code', source: '' },
    { cell_type: 'code', source: '' }
  ] as SharedCell.Cell[]);
  document.undoManager.stopCapturing();
  a.setSource('first');
  document.undoManager.stopCapturing();
  b.setSource('second');
  document.undo();
  expect([a.getSource(), b.getSource()]).toEqual(['first', '']);
  document.undo();
  expect([a.getSource(), b.getSource()]).toEqual(['', '']);
});
