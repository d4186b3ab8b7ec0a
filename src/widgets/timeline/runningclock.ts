import type { OutputArticle } from './outputarticle';

/** How often the duration of a running cell is counted on, in milliseconds. */
const TICK = 100;

/** Counts on the durations of output cells at work, while there are any. */
export class RunningClock {
  /** An article is there, or says something new. */
  note(article: OutputArticle): void {
    if (article.isRunning) {
      this._running.add(article);
    } else {
      this._running.delete(article);
    }
    this._tickWhileNeeded();
  }

  forget(article: OutputArticle): void {
    this._running.delete(article);
    this._tickWhileNeeded();
  }

  private _tickWhileNeeded(): void {
    const isNeeded = this._running.size > 0;
    if (isNeeded && this._timer === undefined) {
      this._timer = setInterval(this._tick, TICK);
    } else if (!isNeeded) {
      clearInterval(this._timer);
      this._timer = undefined;
    }
  }

  private readonly _tick = (): void => {
    const now = Date.now();
    this._running.forEach(article => article.tick(now));
  };

  private _timer: ReturnType<typeof setInterval> | undefined;
  private readonly _running = new Set<OutputArticle>();
}
