// Shows the reference of an API with Swagger UI. On the local stack, requests go to it, and its issuer signs people in.

interface SwaggerUi {
  preauthorizeApiKey(scheme: string, token: string): void;
}
type Options = Readonly<Record<string, unknown>>;
declare const SwaggerUIBundle: (options: Options) => SwaggerUi;

interface OpenapiDocument {
  servers: { url: string; description?: string }[];
}

const isLocal = location.pathname.startsWith('/_local/');
const place = document.querySelector('#reference') as HTMLElement;
const form = document.querySelector('#sign-in') as HTMLFormElement;

// Swagger UI has no own way to follow the reader's scheme.
const dark = matchMedia('(prefers-color-scheme: dark)');
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', follow);
follow();

async function show(): Promise<void> {
  const answer = await fetch(place.dataset.document ?? '');
  const spec = (await answer.json()) as OpenapiDocument;
  if (isLocal) spec.servers = [{ url: location.origin, description: 'This local stack' }];
  const ui = SwaggerUIBundle({
    spec,
    domNode: place,
    deepLinking: true,
    docExpansion: 'list',
    defaultModelsExpandDepth: -1,
    displayRequestDuration: true,
    // No other server validates the document.
    validatorUrl: null,
    plugins: [ACCESSIBLE],
    layout: 'ReferenceLayout',
  });
  new MutationObserver(mend).observe(place, { childList: true, subtree: true });
  mend();
  if (isLocal) signIn(ui);
}

/** Our layout, without title and `main`, which the page has already; and names that are no links, since they are in buttons. */
const ACCESSIBLE = ({ React }: System) => ({
  components: {
    DeepLink: ({ text }: { text: string }) => React.createElement('span', null, text),
    ReferenceLayout: ({ getComponent }: { getComponent(name: string, isConnected: boolean): unknown }) => {
      const part = (name: string) => React.createElement(getComponent(name, true), null);
      const head = React.createElement(
        'div',
        { className: 'scheme-container' },
        ...['ServersContainer', 'AuthorizeBtnContainer'].map(part),
      );
      return React.createElement('div', { className: 'swagger-ui' }, part('SvgAssets'), head, part('operations'));
    },
  },
});

interface System {
  readonly React: { createElement(type: unknown, props: object | null, ...children: readonly unknown[]): object };
}

/** Names the fields that have no label, and lets the keyboard reach what scrolls. */
function mend(): void {
  for (const select of place.querySelectorAll('select:not([aria-label])')) {
    const isServer = select.id === 'servers';
    select.setAttribute('aria-label', isServer ? 'Server' : 'Example, or media type');
  }
  for (const body of place.querySelectorAll('textarea.body-param__text:not([aria-label])')) {
    body.setAttribute('aria-label', 'Body of the request');
  }
  for (const box of place.querySelectorAll('pre:not([tabindex]), .opblock-body:not([tabindex])')) {
    box.setAttribute('tabindex', '0');
  }
}

function signIn(ui: SwaggerUi): void {
  form.hidden = false;
  const output = form.querySelector('output') as HTMLOutputElement;
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const email = String(new FormData(form).get('email'));
    const answer = await fetch('/_local/token', { method: 'POST', body: JSON.stringify({ email }) });
    const { token, message } = (await answer.json()) as { token?: string; message?: string };
    if (token) ui.preauthorizeApiKey('bearer', token);
    output.textContent = token ? `Requests have a token of ${email}.` : (message ?? '');
  });
}

show().catch((error: Error) => {
  place.textContent = `The reference could not be shown: ${error.message}. Reload the page.`;
});
