import { configuration, dialects } from '../../lib/configuration.ts';
import { consoleDocument } from '../../lib/console/files.ts';
import { consolePage } from '../../lib/dialects/page/console-page.ts';
import { pages } from '../../lib/dialects/page/format.ts';
import { languageOf } from '../../lib/domain/language.ts';
import { CONSOLE_PATH } from '../../lib/domain/page-paths.ts';
import { signInEndpoints } from '../../lib/http/discovery.ts';
import { forAnybody } from '../../lib/http/for-anybody.ts';

export const returns = { 200: null };

/**
 * Shows the console, where people manage their organizations in a browser.
 *
 * It is one document for all its pages, whose names are in the fragment of the address. The document has no data of
 * anybody: its script signs the person in at the issuer, and calls the API.
 */
export const endpoint = forAnybody({
  format: pages,
  route: `GET ${CONSOLE_PATH}`,
  depth: 0,
  refuses: ['keys_unavailable'],
  async handle({ request: { headers } }) {
    const { product, consoleClientId: clientId } = configuration();
    const signIn = await signInEndpoints();
    return consolePage(consoleDocument(), {
      language: languageOf(headers['accept-language'], 'en'),
      product,
      hasSites: dialects().includes('volttime'),
      signIn: { ...signIn, clientId },
    });
  },
});
export const { handler } = endpoint;
