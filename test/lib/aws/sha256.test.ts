import { Sha256 as SdkSha256 } from '@smithy/core/checksum';
import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import { expect, test } from 'vitest';
import { Sha256 } from '../../../lib/aws/sha256.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

test.each([
  ['no secret', undefined],
  ['a text', 'AWS4secret'],
  ['bytes', bytes('key')],
  ['bytes again, as for the requests of a day', bytes('key')],
  ['empty bytes', new Uint8Array()],
])('a hash with %s is that of the SDK', async (_, secret) => {
  for (const data of [bytes(''), bytes('ü'), new Uint8Array(100_000).fill(7)]) {
    const [own, theirs] = [new Sha256(secret), new SdkSha256(secret)];
    own.update(data);
    theirs.update(data);
    expect(await own.digest()).toEqual(Buffer.from(await theirs.digest()));
  }
});

test('requests have the signature that the SDK gives them, also with another secret on the same day', async () => {
  const signingDate = new Date('2026-11-28T12:00:00Z');
  for (const secretAccessKey of ['one', 'two', 'one']) {
    const signed = await Promise.all(
      [Sha256, SdkSha256].map((sha256) => {
        const credentials = { accessKeyId: 'AKID', secretAccessKey };
        const signer = new SignatureV4({ service: 'dynamodb', region: 'eu-central-1', credentials, sha256 });
        const request = { method: 'POST', hostname: 'example.com', path: '/', headers: { host: 'example.com' } };
        return signer.sign(new HttpRequest({ ...request, body: '{"TableName":"Ü"}' }), { signingDate });
      }),
    );
    const [own, theirs] = signed.map(({ headers }) => headers);
    expect(own?.authorization).toMatch(/Signature=[0-9a-f]{64}$/);
    expect(own).toEqual(theirs);
  }
});
