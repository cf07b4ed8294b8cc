import { isMusterError, Muster } from '/muster/index.js';

/** The screens of each page, as HTML of ours: no text of a user is in it. */
const PAGES = {
  members: '<muster-members><muster-invite slot="actions"></muster-invite></muster-members>',
  invitations: '<muster-invitations><muster-invite slot="actions"></muster-invite></muster-invitations>',
  teams: '<muster-teams></muster-teams>',
};

const at = (id) => document.getElementById(id);
const [page, organizations] = [at('page'), at('organizations')];

/** Asks our server for the ID token; null if nobody is signed in. */
async function signedIn(again) {
  const response = await fetch(again ? '/token?again' : '/token');
  return response.ok ? response.json() : null;
}

const session = await signedIn();
let { idToken } = session ?? {};
const client =
  session &&
  new Muster({
    baseUrl: session.api,
    // Called with a token that the API has refused, once.
    token: async (refused) => {
      if (refused === idToken) idToken = (await signedIn(true))?.idToken ?? idToken;
      return idToken;
    },
  });

/** Shows the organizations of the person, and the page of the address. */
async function show() {
  const { memberships } = await client.me.read();
  const present = memberships.find(({ organizationId }) => organizationId === organizations.value) ?? memberships[0];
  organizations.replaceChildren(
    ...memberships.map(({ organizationId, organizationName }) => new Option(organizationName, organizationId)),
  );
  if (present) organizations.value = present.organizationId;
  organizations.hidden = memberships.length < 2;
  at('title').textContent = present ? present.organizationName : 'Welcome';
  at('create').hidden = present !== undefined;
  at('pages').hidden = page.hidden = present === undefined;
  if (present) open(present.organizationId);
}

/** Shows a page about an organization. */
function open(organization) {
  const name = Object.hasOwn(PAGES, location.hash.slice(1)) ? location.hash.slice(1) : 'members';
  for (const link of document.querySelectorAll('nav a')) {
    if (link.hash === `#${name}`) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  page.innerHTML = PAGES[name];
  for (const screen of page.querySelectorAll('*')) Object.assign(screen, { client, organization });
}

if (client) {
  at('sign-out').hidden = false;
  document.querySelector('muster-waiting').client = client;
  addEventListener('hashchange', () => open(organizations.value));
  organizations.addEventListener('change', show);
  // Somebody was invited, joined or left: what is shown may be another organization now.
  document.addEventListener('muster-changed', ({ detail }) => {
    if (detail.resource === 'organization') void show();
  });
  document.addEventListener('muster-signed-out', () => {
    at('signed-out').hidden = false;
  });
  at('create').addEventListener('submit', async (event) => {
    event.preventDefault();
    try {
      await client.organizations.create({ name: at('name').value });
      await show();
    } catch (error) {
      if (!isMusterError(error)) throw error;
      at('mistake').textContent = error.message;
    }
  });
  await show();
} else {
  at('signed-out').hidden = false;
}
