import { type Contents, linkTo } from './layout.ts';
import { escapeHtml } from './markdown.ts';
import type { Reference } from './pages.ts';

/** The parts of an OpenAPI document that the site reads. */
export interface Document {
  readonly servers: readonly { readonly url: string; readonly description?: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>;
  readonly components: { readonly responses: Readonly<Record<string, { readonly description: string }>> };
}

interface OperationObject {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description: string;
}

export interface Operation extends OperationObject {
  /** `POST /v1/invitations` */
  readonly route: string;
}

export function operationsOf({ paths }: Document): Operation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ ...operation, route: `${method.toUpperCase()} ${path}` })),
  );
}

/** Returns the path of an operation in the site. Its anchor is that of Swagger UI. */
export function hrefOf({ path }: Reference, { tags: [tag = ''], operationId }: Operation): string {
  return `${path}#/${tag.replaceAll(' ', '%20')}/${operationId}`;
}

/** Returns the page of an API's reference, which Swagger UI shows. */
export function referencePage(page: Reference, api: string | undefined): Contents {
  const document = escapeHtml(linkTo(page.document, page.path));
  const differences = page.product && page.document.replace('openapi-', '').replace('volttime', 'volt-time');
  const about = differences
    ? `<a href="../${differences.replace('.json', '.html')}">The differences from ${escapeHtml(page.product ?? '')}</a> are a page of their own.`
    : '<a href="../guide.html">The guide</a> shows the most important calls in order.';
  return {
    page,
    scripts: ['swagger-ui/swagger-ui-bundle.js', 'reference.js'],
    styles: ['swagger-ui/swagger-ui.css'],
    // The local stack serves the pages itself; elsewhere they call it, or a deployment.
    calls: [api ? new URL(api).origin : 'http://127.0.0.1:3000'],
    html: `<h1>${escapeHtml(page.title)}</h1>
<p>Every request and answer, from <a href="${document}">the OpenAPI document</a>. ${about}
<a href="../errors.html">Errors</a> has the remedy of each error code.</p>
<form id="sign-in" hidden>
<label for="address">Try the requests as</label>
<input id="address" name="email" type="email" value="ada@example.com" required autocomplete="off">
<button>Sign in</button>
<output></output>
</form>
<h2>Requests</h2>
<div id="reference" data-document="${document}"><noscript><p>The reference needs JavaScript.
<a href="../endpoints.html">Endpoints</a> lists all requests without it.</p></noscript></div>`,
  };
}

/** Returns the document as the site shows it: error codes lead to their remedies, requests go to `api`. */
export function referenceDocument(document: Document, api: string | undefined): Document {
  const linked = Object.entries(document.components.responses).map(([name, response]) => {
    const description = response.description.replace(/^- `(\w+)`:/gm, '- [`$1`](../errors.html#$1):');
    return [name, { ...response, description }] as const;
  });
  return {
    ...document,
    ...(api !== undefined && { servers: [{ url: api.replace(/\/$/, '') }] }),
    components: { ...document.components, responses: Object.fromEntries(linked) },
  };
}
