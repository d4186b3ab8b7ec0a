import type * as wire from '../../wire';
import type { PatinaPanel } from './panel';

/** The source of a cell now; null when it was deleted. */
export function sourceOf({ model }: PatinaPanel, cell: string): string | null {
  return find(model.sharedModel.cells, cell)?.source ?? null;
}

/**
 * Make the source of a cell what it was when it ran, and go there. A cell that was deleted is
 * put back below the active one, under the id that its outputs know. Undo takes either back.
 */
export function restoreCode(
  { model, content }: PatinaPanel,
  { cell, source }: wire.OutputCell
): void {
  const { source: document } = model;
  if (model.readOnly) {
    return;
  }
  // A step of its own for Undo, however short ago somebody typed.
  document.undoManager.stopCapturing();
  const found = find(document.cells, cell);
  if (found) {
    found.setSource(source);
  } else {
    const below = content.notebook.activeCellIndex + 1;
    document.insertCell(below, { cell_type: 'code', id: cell, source });
  }
  content.goToCode(cell);
}

function find<T extends { readonly id: string }>(
  cells: readonly T[],
  cell: string
): T | undefined {
  return cells.find(({ id }) => id === cell);
}
