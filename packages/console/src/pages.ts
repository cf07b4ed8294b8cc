import type { TemplateResult } from 'lit';
import { html } from '../../client/components/html.ts';
import type { Language, Muster } from '../../client/src/index.ts';
import { type AnyPage, fragmentOf, type PageName } from './place.ts';
import type { SiteApi } from './site-api.ts';

/** What a page of an organization needs. */
interface PageContext {
  readonly client: Muster;
  /** The API that shares sites; undefined: the deployment has none. */
  readonly sites: SiteApi | undefined;
  /** The id of the organization. */
  readonly organization: string;
  /** The id of what the page is about, from the address. */
  readonly item: string | undefined;
  readonly language: Language;
}

/** What can be read again: a screen, once its script is loaded. */
export interface Refreshing {
  refresh?(): Promise<void>;
}

type Loader = () => Promise<unknown>;
const screens: Loader = () => import('../../client/components/index.ts');

/** The elements of the pages. Their scripts are loaded when they are first shown. */
const LOADERS: Readonly<Record<AnyPage, Loader>> = {
  organizations: screens,
  members: screens,
  invitations: screens,
  teams: screens,
  sites: () => import('./sites.ts'),
  'access-tokens': () => import('./access-tokens.ts'),
  webhooks: () => import('./webhooks.ts'),
  'audit-log': () => import('./audit-log.ts'),
  organization: () => import('./organization.ts'),
};

/** Loads the elements of a page. @throws TypeError if the network fails, or the console has a new version */
export async function loadPage(page: AnyPage): Promise<void> {
  await LOADERS[page]();
  loaded.add(LOADERS[page]);
}

const loaded = new Set<Loader>();

/** Whether a page needs no connection to be loaded. */
export function isLoaded(page: AnyPage): boolean {
  return loaded.has(LOADERS[page]);
}

/** Returns a page of an organization. */
export function showPage(page: PageName, { client, sites, organization, item, language }: PageContext): TemplateResult {
  /** The button that invites, for whoever may. */
  const invite = () =>
    html`<muster-invite slot="actions" .client=${client} .organization=${organization} .language=${language}
      .invitationsUrl=${fragmentOf(organization, 'invitations')}></muster-invite>`;
  switch (page) {
    case 'members':
      return html`<muster-members .client=${client} .organization=${organization} .language=${language}>${invite()}</muster-members>`;
    case 'invitations':
      return html`<muster-invitations .client=${client} .organization=${organization} .language=${language} .opened=${item}>${invite()}</muster-invitations>`;
    case 'teams':
      return html`<muster-teams .client=${client} .organization=${organization} .language=${language}></muster-teams>`;
    case 'sites':
      return html`<console-sites .client=${client} .api=${sites} .organization=${organization} .language=${language} .item=${item}></console-sites>`;
    case 'access-tokens':
      return html`<console-access-tokens .client=${client} .organization=${organization} .language=${language}></console-access-tokens>`;
    case 'webhooks':
      return html`<console-webhooks .client=${client} .organization=${organization} .language=${language} .item=${item}></console-webhooks>`;
    case 'audit-log':
      return html`<console-audit-log .client=${client} .organization=${organization} .language=${language}></console-audit-log>`;
    case 'organization':
      return html`<console-organization .client=${client} .organization=${organization} .language=${language}></console-organization>`;
  }
}
