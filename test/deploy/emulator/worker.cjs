// Lets `require.resolve` find `index.cjs`, as Lambda's runtime does: lacks.py, index_cjs.
const { Module } = require('node:module');

Module._extensions['.cjs'] = Module._extensions['.js'];
