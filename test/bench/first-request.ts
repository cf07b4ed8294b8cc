import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { synthesize } from '../../cdk/synthesize.ts';
import { adminAccessKeyId } from '../../packages/local/aws.ts';
import { AUDIENCE } from '../../packages/local/issuer.ts';
import { startStack } from '../../packages/local/stack.ts';
import { readTemplate } from '../../packages/local/template.ts';
import { inDirectory } from './directory.ts';
import { median, type Row } from './measure.ts';

const REGION = 'eu-central-1';
const STARTS = 15;

/** The times of one start, in milliseconds. */
export interface Started {
  readonly first: number;
  /** The median of the later requests. */
  readonly warm: number;
}

/**
 * Measures the first request of a new process, compared with its later ones. The first request compiles functions on
 * their first call, connects to DynamoDB, and fetches and imports the issuer's keys.
 */
export function firstRequest(): Promise<Row[]> {
  return inDirectory(async (directory) => {
    const stack = await startStack({ directory });
    const { api, issuer, dynamodb, table } = stack;
    const parameters = { Issuer: issuer, Audience: AUDIENCE, PublicUrl: api };
    const template = readTemplate(await synthesize(), { region: REGION, account: '000000000000', api, parameters });
    const found = template.functions.find(({ name }) => name === 'me/read');
    if (!found) throw new Error('There is no function me/read.');
    const env = {
      ...found.environment,
      TABLE_NAME: table,
      ...{ AWS_REGION: REGION, AWS_ACCESS_KEY_ID: adminAccessKeyId, AWS_SECRET_ACCESS_KEY: 'local' },
      AWS_ENDPOINT_URL_DYNAMODB: dynamodb,
    };
    const token = await stack.token({ email: 'ada@example.com', name: 'Ada Lovelace' });
    const starts: Started[] = [];
    for (let start = 0; start < STARTS; start += 1) {
      const child = fork(new URL('first-request-process.ts', import.meta.url), [join(found.code, 'index.cjs'), token], {
        env,
      });
      const ended = once(child, 'exit').then(() => Promise.reject(new Error('The function failed, see above.')));
      ended.catch(() => {});
      const [started] = (await Promise.race([once(child, 'message'), ended])) as [Started];
      starts.push(started);
    }
    await stack.stop();
    return [
      {
        ...{ what: 'first request after a start: me/read', figure: median(starts.map(({ first }) => first)) },
        ...{ unit: 'ms', goal: { atMost: 2.5 }, ratios: starts.map(({ first, warm }) => first / warm) },
        reference: { what: 'a warm one', figure: median(starts.map(({ warm }) => warm)) },
      },
    ];
  });
}
