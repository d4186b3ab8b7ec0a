/** How many bytes of blobs a page keeps. */
const CAPACITY = 64 * 1024 * 1024;

/**
 * Blobs by name, the least recently used dropped first.
 *
 * A blob asked for again while it is on its way is not fetched twice; one that failed is
 * fetched again the next time.
 */
export class BlobCache {
  constructor(
    private readonly _fetch: (key: string) => Promise<ArrayBuffer>,
    private readonly _capacity = CAPACITY
  ) {}

  /** The bytes of a blob. Rejects as fetching it does. */
  get(key: string): Promise<ArrayBuffer> {
    const kept = this._kept.get(key);
    if (kept) {
      this._touch(key, kept);
      return Promise.resolve(kept);
    }
    const coming = this._coming.get(key) ?? this._load(key);
    this._coming.set(key, coming);
    return coming;
  }

  private async _load(key: string): Promise<ArrayBuffer> {
    try {
      const bytes = await this._fetch(key);
      this._keep(key, bytes);
      return bytes;
    } finally {
      this._coming.delete(key);
    }
  }

  private _keep(key: string, bytes: ArrayBuffer): void {
    this._kept.set(key, bytes);
    this._size += bytes.byteLength;
    for (const [oldest, old] of this._kept) {
      if (this._size <= this._capacity) {
        return;
      }
      this._kept.delete(oldest);
      this._size -= old.byteLength;
    }
  }

  /** A Map iterates in the order of insertion: the last one is the most recently used. */
  private _touch(key: string, bytes: ArrayBuffer): void {
    this._kept.delete(key);
    this._kept.set(key, bytes);
  }

  private readonly _kept = new Map<string, ArrayBuffer>();
  private readonly _coming = new Map<string, Promise<ArrayBuffer>>();
  private _size = 0;
}
