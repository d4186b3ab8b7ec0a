/* Modules of Node as npm has them for other engines: one CommonJS file, which runs in the realm of
 * the cells when the first of them is imported. Each is evaluated when it is asked for. */
exports.assert = () => require('assert');
exports.buffer = () => require('buffer/');
exports.comparisons = () => require('assert/build/internal/util/comparisons');
exports.events = () => require('events/');
exports.querystring = () => require('querystring-es3');
exports.stream = () => require('readable-stream');
exports.string_decoder = () => require('string_decoder/');
exports.util = () => require('util/');
