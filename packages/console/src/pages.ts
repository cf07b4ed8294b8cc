import { html, type TemplateResult } from 'lit';
import type { Language, Me, Muster, RoleDescription } from '../../client/src/index.ts';
import type { PageName } from './place.ts';
import { TEXTS } from './texts.ts';

/** What a page of an organization needs. */
export interface PageContext {
  /** The client of the organization. */
  readonly client: Muster;
  readonly organization: string;
  readonly membership: Me['memberships'][number];
  /** The id of what the page is about, from the address. */
  readonly item: string | undefined;
  readonly language: Language;
  readonly roles: readonly RoleDescription[];
  readonly me: Me;
}

/** Returns a page of an organization. */
export function showPage(page: PageName, { language }: PageContext): TemplateResult {
  return html`<h1>${TEXTS[language].pages[page]}</h1>`;
}
