/* fetch: the host does HTTP; the body comes as it is read. */
import { call, cancel, start } from './host.js';
import { Blob, File } from './blob.js';
import { FormData } from './formdata.js';
import { Headers, pairsOf } from './headers.js';
import { Request, Response, received } from './response.js';
import { ReadableStream } from './streams.js';
import { expose, U } from './realm.js';

const aborted = () => new U.DOMException('This operation was aborted', 'AbortError');

function failure(url, error) {
  return new U.TypeError(`fetch of ${url} failed: ${error.message}`, { cause: error });
}

/* Await an operation, unless a signal aborts first. */
async function unlessAborted({ id, promise }, signal) {
  if (signal === null) {
    return promise;
  }
  let stop;
  const abort = new Promise((_, reject) => {
    stop = () => {
      cancel(id);
      reject(signal.reason ?? aborted());
    };
    signal.addEventListener('abort', stop);
  });
  try {
    return await Promise.race([promise, abort]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function bodyStream(id, url, signal) {
  const close = () => call('fetch.close', { id });
  return new ReadableStream(
    {
      async pull(controller) {
        try {
          const { value, bytes } = await unlessAborted(start('fetch.read', { id }), signal);
          if (value.done) {
            controller.close();
          } else {
            controller.enqueue(new U.Uint8Array(bytes));
          }
        } catch (error) {
          close();
          controller.error(signal?.aborted ? signal.reason : failure(url, error));
        }
      },
      cancel: close
    },
    { highWaterMark: 0 }
  );
}

const REDIRECTS = ['follow', 'error', 'manual'];

function asked(request) {
  const { url, method, redirect } = request;
  if (!REDIRECTS.includes(redirect)) {
    throw new U.TypeError(
      `redirect is one of ${REDIRECTS.join(', ')}; got ${JSON.stringify(redirect)}`
    );
  }
  return { url, method, redirect, headers: pairsOf(request.headers) };
}

async function fetch(input, init) {
  const request = new Request(input, init ?? {});
  const { signal, url } = request;
  if (signal?.aborted) {
    throw signal.reason;
  }
  const bytes = await request.bytes();
  let answer;
  try {
    answer = await unlessAborted(start('fetch.open', asked(request), bytes), signal);
  } catch (error) {
    throw signal?.aborted ? signal.reason : failure(url, error);
  }
  const { id, ...of } = answer.value;
  return received(of, bodyStream(id, of.url, signal));
}

export function install() {
  for (const [name, Class] of Object.entries({
    Blob,
    File,
    FormData,
    Headers,
    Request,
    Response
  })) {
    expose(name, Class);
  }
  expose('fetch', fetch);
}
