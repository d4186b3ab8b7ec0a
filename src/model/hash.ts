import { digest } from 'lib0/hash/sha256';

/**
 * SHA-256 of a source as the server computes it: over its UTF-8 bytes, in hex.
 *
 * Not `crypto.subtle`, which browsers offer only on https and on localhost.
 */
export function sourceHash(source: string): string {
  return Array.from(digest(new TextEncoder().encode(source)), byte =>
    byte.toString(16).padStart(2, '0')
  ).join('');
}
