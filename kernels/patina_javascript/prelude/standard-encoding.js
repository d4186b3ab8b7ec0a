/* whatwg-url looks for these in its own realm when it is loaded: this comes first. */
import { TextDecoder, TextEncoder } from '@exodus/bytes/encoding.js';

Object.assign(globalThis, { TextDecoder, TextEncoder });
