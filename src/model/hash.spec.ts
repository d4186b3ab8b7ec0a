import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { sourceHash } from './hash';

test.each(['', 'x = 1', 'x = "é 📊"\r\n', 'a'.repeat(100_000)])(
  'the hash of %j is the SHA-256 of its UTF-8 bytes, in hex',
  source => {
    const expected = createHash('sha256').update(source, 'utf8').digest('hex');
    expect(sourceHash(source)).toBe(expected);
  }
);
