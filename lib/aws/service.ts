import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { HttpRequest, type HttpResponse } from '@smithy/core/protocols';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { SignatureV4 } from '@smithy/signature-v4';
import { Sha256 } from './sha256.ts';

/** A service of AWS. */
export interface Service {
  /** The name in signatures, such as `dynamodb`. */
  readonly name: string;
  /** The first part of its host, such as `email`. */
  readonly host: string;
  /** The environment variable with another address. */
  readonly variable: string;
}

/** An answer of AWS. */
export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Sends a signed request. @throws Node's error if the connection fails or times out */
export type Send = (headers: Readonly<Record<string, string>>, body: string) => Promise<Answer>;

/**
 * Time-outs of a call in milliseconds. A function has time for several attempts. `requestTimeout` ends when an answer
 * begins; `socketTimeout` also ends one that stalls.
 */
const CONNECTIONS = {
  ...{ connectionTimeout: 1000, requestTimeout: 3000, throwOnRequestTimeout: true, socketTimeout: 3000 },
  ...{ httpsAgent: { maxSockets: 200 }, httpAgent: { maxSockets: 200 } },
};

/**
 * Returns a function that calls a service with the SDK's connections, credentials and signature, but without its
 * client, whose schema serialization and middleware took more time than the rest of a request (docs/adr/0046).
 */
export function connect(service: Service): Send {
  const region = process.env.AWS_REGION as string;
  const { protocol, hostname, port } = new URL(endpointOf(service, region));
  const host = port ? `${hostname}:${port}` : hostname;
  const target = { protocol, hostname, ...(port && { port: Number(port) }), method: 'POST', path: '/' };
  const handler = new NodeHttpHandler(CONNECTIONS);
  const signer = new SignatureV4({ service: service.name, region, credentials: defaultProvider(), sha256: Sha256 });
  return async (given, body) => {
    const headers = { host, ...given, 'content-length': String(Buffer.byteLength(body)) };
    const signed = await signer.sign(new HttpRequest({ ...target, headers, body }));
    const { response } = await handler.handle(signed as HttpRequest);
    return { status: response.statusCode, text: await textOf(response) };
  };
}

/** The domains of China and of the European Sovereign Cloud, by the first part of their regions' names. */
const DOMAINS = new Map([
  ['cn', 'amazonaws.com.cn'],
  ['eusc', 'amazonaws.eu'],
]);

/** Returns the URL of a service: from AWS's environment variables, or that of the region. */
export function endpointOf({ host, variable }: Service, region: string): string {
  const domain = DOMAINS.get(region.split('-', 1)[0] as string) ?? 'amazonaws.com';
  return process.env[variable] || process.env.AWS_ENDPOINT_URL || `https://${host}.${region}.${domain}`;
}

function textOf({ body }: HttpResponse): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    body.on('data', (chunk: Buffer) => chunks.push(chunk));
    body.on('end', () => resolve(Buffer.concat(chunks).toString()));
    body.on('error', reject);
    // The connection closed in the middle of the answer.
    body.on('aborted', () =>
      reject(Object.assign(new Error('The connection closed before the end of the answer.'), { code: 'ECONNRESET' })),
    );
  });
}
