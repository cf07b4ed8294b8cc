import { consoleFile } from '../../lib/console/files.ts';
import { pages } from '../../lib/dialects/page/format.ts';
import { CONSOLE_PATH } from '../../lib/domain/page-paths.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { forAnybody } from '../../lib/http/for-anybody.ts';

export const returns = { 200: null };

/**
 * Serves a script or a stylesheet of the console. Its name has the hash of its content, so browsers keep it for a year.
 *
 * The answer is compressed with Brotli or gzip, as the browser takes it.
 */
export const endpoint = forAnybody({
  format: pages,
  route: `GET ${CONSOLE_PATH}/{file}`,
  depth: 0,
  refuses: ['route_not_found'],
  async handle({ request: { params, headers } }) {
    const found = consoleFile(params.file ?? '', headers['accept-encoding']);
    if (!found) throw new Refusal('route_not_found');
    const { content, type, encoding } = found;
    return {
      status: 200,
      headers: {
        'content-type': type,
        ...(encoding && { 'content-encoding': encoding }),
        'cache-control': 'public, max-age=31536000, immutable',
        vary: 'accept-encoding',
        'x-content-type-options': 'nosniff',
        'cross-origin-resource-policy': 'same-origin',
      },
      body: content.toString('base64'),
      isBase64: true,
    };
  },
});
export const { handler } = endpoint;
