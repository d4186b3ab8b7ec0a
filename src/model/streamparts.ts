import type * as wire from '../wire';

/** A part of a stream that is shown: a blob of it, text, or a gap where parts are left out. */
export type StreamPart =
  | { readonly kind: 'blob'; readonly blob: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'gap'; readonly bytes: number; readonly lines: number };

/**
 * What to show of a stream: its beginning and its end, together at most `limit` bytes.
 *
 * The beginning is one chunk; the rest of the room is for the end, where the news are. Chunks
 * are shown whole or not at all, so that what is left out need not be fetched.
 */
export function streamParts(
  stream: wire.Manifest,
  limit: number
): StreamPart[] {
  const chunks = stream.sealed ?? [];
  const tail: StreamPart = { kind: 'text', text: stream.tail ?? '' };
  const [first, ...rest] = chunks;
  if (first === undefined) {
    return [tail];
  }
  const kept = fitting(rest, limit - first.bytes);
  const left = rest.slice(0, rest.length - kept);
  return [
    { kind: 'blob', blob: first.blob },
    ...(left.length > 0 ? [gap(left)] : []),
    ...rest
      .slice(rest.length - kept)
      .map(({ blob }): StreamPart => ({ kind: 'blob', blob })),
    tail
  ];
}

/** How many bytes there are of a stream, shown or not. */
export function streamBytes(stream: wire.Manifest): number {
  const sealed = stream.sealed ?? [];
  return sealed.reduce(
    (sum, { bytes }) => sum + bytes,
    stream.tail?.length ?? 0
  );
}

/** How many of the last chunks there is room for; the very last always has. */
function fitting(chunks: readonly wire.SealedChunk[], room: number): number {
  let left = room;
  let kept = 0;
  for (const { bytes } of [...chunks].reverse()) {
    left -= bytes;
    if (left < 0 && kept > 0) {
      break;
    }
    kept++;
  }
  return kept;
}

function gap(chunks: readonly wire.SealedChunk[]): StreamPart {
  return {
    kind: 'gap',
    bytes: chunks.reduce((sum, chunk) => sum + chunk.bytes, 0),
    lines: chunks.reduce((sum, chunk) => sum + chunk.lines, 0)
  };
}
