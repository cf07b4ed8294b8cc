import { MusterDialog } from './dialog.ts';
import { MusterInvitations } from './invitations.ts';
import { MusterInvite } from './invite.ts';
import { MusterMembers } from './members.ts';
import { MusterTeams } from './teams.ts';
import { MusterWaiting } from './waiting.ts';

/** The elements, by their names. */
const ELEMENTS: Readonly<Record<string, CustomElementConstructor>> = {
  'muster-dialog': MusterDialog,
  'muster-invitations': MusterInvitations,
  'muster-invite': MusterInvite,
  'muster-members': MusterMembers,
  'muster-teams': MusterTeams,
  'muster-waiting': MusterWaiting,
};

/** Defines the elements. A second copy of this module on a page changes nothing. */
export function defineElements(): void {
  for (const [name, element] of Object.entries(ELEMENTS)) {
    if (!customElements.get(name)) customElements.define(name, element);
  }
}
