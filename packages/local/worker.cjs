/**
 * The runtime of a function's bundle in a worker thread, in place of Lambda's.
 *
 * It is plain JavaScript, so that a worker starts without stripping types. It is CommonJS: an ES module that imports
 * `node:http` also loads WebSocket, which takes 20 ms more. It hides from the bundle that it doesn't run in AWS: it
 * shifts `Date`, routes requests to the local issuer, and adds the request id to AWS calls.
 */
const { existsSync } = require('node:fs');
const http = require('node:http');
const { enableCompileCache, syncBuiltinESMExports } = require('node:module');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');
const { parentPort, workerData } = require('node:worker_threads');

/** @type {import('./functions.ts').WorkerData} */
const { code, handler, context, clock, proxy, issuer, compileCache } = workerData;

/** The id of the current request; empty during initialization. */
let requestId = '';

/** Makes `Date` return the stack's time. */
function patchDate() {
  const offset = new Float64Array(clock);
  const RealDate = Date;
  const realNow = Date.now;
  const now = () => realNow() + offset[0];
  RealDate.now = now;
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args, newTarget) => Reflect.construct(target, args.length > 0 ? args : [now()], newTarget),
    apply: () => new RealDate(now()).toString(),
  });
  RealDate.prototype.constructor = globalThis.Date;
}

/**
 * Adds the request id to every AWS call in a header that only the proxy reads. Redirects requests for the issuer to the
 * address that it listens on.
 */
function patchHttp() {
  const { host } = new URL(proxy);
  const { request } = http;
  http.request = (...args) => {
    const [url, ...rest] = args;
    const target = typeof url === 'string' || url instanceof URL ? new URL(url) : undefined;
    if (target?.origin === issuer.url)
      return request(new URL(target.pathname + target.search, issuer.address), ...rest);
    const options = args.find((argument) => typeof argument === 'object' && argument?.headers);
    if (options && `${options.hostname ?? options.host}:${options.port}` === host) {
      options.headers = { ...options.headers, 'x-local-request-id': requestId };
    }
    return request(...args);
  };
}

/** Loads the handler as Lambda does: `index.handler` is the export `handler` of `index.js`, `.mjs` or `.cjs`. */
async function load() {
  const [, module, name] = /^(.*)\.([^.]+)$/.exec(handler) ?? [];
  const file = ['.js', '.mjs', '.cjs'].map((extension) => join(code, module + extension)).find(existsSync);
  if (!file) throw new Error(`Runtime.ImportModuleError: Cannot find module '${module}'`);
  const exports = file.endsWith('.mjs') ? await loadModule(file) : require(file);
  if (typeof exports[name] !== 'function') throw new Error(`Runtime.HandlerNotFound: ${handler} is undefined`);
  if (exports[name].length > 2) {
    throw new Error('Runtime.CallbackHandlerDeprecated: nodejs24.x calls no handlers that take a callback');
  }
  return exports[name];
}

/** Loads an ES module, whose imports of `node:http` then have the changed functions. */
function loadModule(file) {
  syncBuiltinESMExports();
  return import(pathToFileURL(file).href);
}

function describe(error) {
  return error instanceof Error ? (error.stack ?? error.message) : JSON.stringify(error);
}

patchDate();
patchHttp();
enableCompileCache(compileCache);

load().then(
  (handle) => {
    parentPort.on('message', async (invocation) => {
      requestId = invocation.requestId;
      const end = performance.now() + invocation.timeout;
      try {
        const result = await handle(JSON.parse(invocation.event), {
          ...context,
          awsRequestId: requestId,
          callbackWaitsForEmptyEventLoop: true,
          getRemainingTimeInMillis: () => Math.max(0, Math.round(end - performance.now())),
        });
        parentPort.postMessage({ type: 'result', payload: JSON.stringify(result) ?? 'null' });
      } catch (error) {
        parentPort.postMessage({ type: 'error', message: describe(error) });
      }
    });
    parentPort.postMessage({ type: 'ready' });
  },
  (error) => parentPort.postMessage({ type: 'failed', message: describe(error) }),
);
