import http from 'node:http';
import https from 'node:https';

/** The time-out of a request in milliseconds. */
const TIMEOUT = 3000;

/**
 * Reads a document of the issuer. It requests with `node:https`, which the SDK loads anyway: loading `fetch` would add to
 * each cold start.
 *
 * @throws Error if the issuer doesn't answer with 200 within three seconds
 */
export function readFromIssuer(url: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  // Only the local issuer is `http:`.
  const { request } = url.startsWith('http:') ? http : https;
  request(url, { signal: AbortSignal.timeout(TIMEOUT) }, (response) => {
    let text = '';
    if (response.statusCode !== 200) reject(new Error(`The issuer answered with status ${response.statusCode}.`));
    response.setEncoding('utf8');
    response.on('data', (part: string) => {
      text += part;
    });
    response.on('error', reject);
    response.on('end', () => resolve(text));
  })
    .on('error', reject)
    .end();
  return promise;
}
