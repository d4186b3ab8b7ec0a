import type * as wire from '../wire';

/** Where and why a file could not be read. */
export interface ISourceProblem {
  readonly message: string;
  /** Both count from 1. */
  readonly line: number | null;
  readonly column: number | null;
  /** The program whose notebook it is; its cells are shown, and the file is never saved. */
  readonly ancestor: string | null;
  /** How translators know the message. */
  readonly wording?: wire.Problem['wording'];
}

/** Read the `problem` of the source document's header; anything else than JSON is the message. */
export function parseProblem(text: string): ISourceProblem | null {
  if (!text) {
    return null;
  }
  const value = parse(text);
  return {
    message: typeof value.message === 'string' ? value.message : text,
    line: typeof value.line === 'number' ? value.line : null,
    column: typeof value.column === 'number' ? value.column : null,
    ancestor: typeof value.ancestor === 'string' ? value.ancestor : null,
    wording: value.wording as wire.Problem['wording']
  };
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null
      ? (value as Record<string, unknown>)
      : {};
  } catch {
    return {};
  }
}
