import { MusterDialog } from './dialog.ts';
import { MusterInvite } from './invite.ts';
import { MusterMembers } from './members.ts';

/** The elements, by their names. */
const ELEMENTS: Readonly<Record<string, CustomElementConstructor>> = {
  'muster-dialog': MusterDialog,
  'muster-invite': MusterInvite,
  'muster-members': MusterMembers,
};

/** Defines the elements. A second copy of this module on a page changes nothing. */
export function defineElements(): void {
  for (const [name, element] of Object.entries(ELEMENTS)) {
    if (!customElements.get(name)) customElements.define(name, element);
  }
}
