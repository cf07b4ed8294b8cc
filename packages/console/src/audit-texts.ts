import type { AuditAction, AuditEntry, Language } from '../../client/src/index.ts';

/** What a sentence about an entry names. Names of what is gone are `undefined`. */
export interface Named {
  /** The changed resource. */
  readonly it: string | undefined;
  /** The other one: the member of a team, the team with access to a site. */
  readonly other: string | undefined;
  /** The label of a role, a state or a status, before and after. */
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** What an entry says, after its actor: "changed the role of Jane Doe from User to Admin". */
type Sentence = (named: Named) => string;

const en: Readonly<Record<AuditAction, Sentence>> = {
  'organization.create': () => 'created the organization',
  'organization.update': () => 'changed the name or the language of the organization',
  'organization.offer-ownership': ({ other = 'a former member' }) => `offered the ownership to ${other}`,
  'organization.withdraw-ownership': ({ other = 'a former member' }) =>
    `withdrew the offer of the ownership to ${other}`,
  'organization.decline-ownership': () => 'declined the ownership',
  'organization.transfer': () => 'took over the ownership of the organization',
  'organization.delete': () => 'deleted the organization',
  'organization.repair': () => 'repaired the data of the organization',
  'member.import': ({ other = 'somebody', to }) => `made ${other} a member${to ? ` with the role ${to}` : ''}`,
  'member.update': ({ it = 'a former member', from, to }) =>
    from ? `changed the role of ${it} from ${from} to ${to}` : `changed the profile of ${it}`,
  'member.remove': ({ it, from }) => `removed ${it ?? 'a member'}${from ? `, who was ${from}` : ''}`,
  'member.leave': () => 'left the organization',
  'member.claim': ({ it = 'A member' }) => `recorded that ${it} signed in for the first time`,
  'member.expire': () => 'ended a membership, because the person never signed in',
  'member.rebind': ({ it = 'a member' }) => `connected ${it} with another account`,
  'invitation.create': ({ it = 'somebody', to }) => `invited ${it}${to ? ` as ${to}` : ''}`,
  'invitation.resend': ({ it = 'somebody' }) => `sent the invitation to ${it} again`,
  'invitation.revoke': ({ it = 'somebody' }) => `withdrew the invitation to ${it}`,
  'invitation.accept': ({ it, to }) => `accepted the invitation${it ? ` to ${it}` : ''}${to ? ` as ${to}` : ''}`,
  'invitation.decline': ({ it }) => `declined the invitation${it ? ` to ${it}` : ''}`,
  'invitation.expire': ({ it = 'somebody' }) => `recorded that the invitation to ${it} expired`,
  'invitation.ask': ({ it }) => `asked for a new invitation${it ? ` to ${it}` : ''}`,
  'invitation.stop-reminders': ({ it }) => `stopped the reminders${it ? ` to ${it}` : ''}`,
  'invitation.bounce': ({ it = 'somebody' }) => `reported that the mail to ${it} came back`,
  'invitation.complain': ({ it = 'somebody' }) => `reported that ${it} marked the mail as spam`,
  'invitation.reject': ({ it = 'somebody' }) => `refused the mail to ${it}`,
  'invitation.erase': () => 'had an invitation to themselves erased',
  'team.create': ({ it = 'a team' }) => `created the team ${it}`,
  'team.update': ({ it = 'a deleted team', to }) => (to ? `moved the team ${it}` : `changed the team ${it}`),
  'team.delete': ({ it }) => `deleted ${it ? `the team ${it}` : 'a team'}`,
  'team-member.add': ({ it = 'a deleted team', other = 'a former member' }) => `added ${other} to the team ${it}`,
  'team-member.update': ({ it = 'a deleted team', other = 'a former member' }) =>
    `changed the role of ${other} in the team ${it}`,
  'team-member.remove': ({ it = 'a deleted team', other = 'a former member' }) =>
    `removed ${other} from the team ${it}`,
  'site.create': ({ it = 'a site' }) => `created the site ${it}`,
  'site.update': ({ it = 'a site' }) => `changed the site ${it}`,
  'site.delete': ({ it }) => `deleted ${it ? `the site ${it}` : 'a site'}`,
  'site.transfer': ({ it = 'a site' }) => `transferred the site ${it}`,
  'site-access.create': ({ it = 'a site', other = 'a team' }) => `gave ${other} access to the site ${it}`,
  'site-access.update': ({ it = 'a site', other = 'a team' }) => `changed the access of ${other} to the site ${it}`,
  'site-access.remove': ({ it = 'a site', other = 'a team' }) => `ended the access of ${other} to the site ${it}`,
  'site-sensitive.request': ({ it = 'a site', other = 'a team' }) =>
    `requested sensitive data of the site ${it} for ${other}`,
  'site-sensitive.grant': ({ it = 'a site', other = 'a team' }) =>
    `granted ${other} the sensitive data of the site ${it}`,
  'site-sensitive.revoke': ({ it = 'a site', other = 'a team' }) =>
    `revoked the sensitive data of the site ${it} from ${other}`,
  'site-sensitive.decline': ({ it = 'a site', other = 'a team' }) =>
    `declined the sensitive data of the site ${it} to ${other}`,
  'site-sensitive.expire': ({ it = 'a site', other = 'a team' }) =>
    `ended the sensitive data of the site ${it} for ${other}, as agreed`,
  'site-invite.create': ({ it = 'a site' }) => `invited somebody to the site ${it}`,
  'site-invite.resend': ({ it = 'a site' }) => `sent an invite to the site ${it} again`,
  'site-invite.withdraw': ({ it = 'a site' }) => `withdrew an invite to the site ${it}`,
  'site-invite.accept': ({ it = 'a site', other = 'a team' }) => `accepted an invite to the site ${it} for ${other}`,
  'site-invite.erase': ({ it = 'a site' }) => `had an invite to the site ${it} erased`,
  'charger.create': () => 'created a charger',
  'charger.update': () => 'changed a charger',
  'charger.delete': () => 'deleted a charger',
  'charger.report': () => 'reported the state of a charger',
  'access-token.create': () => 'created an access token',
  'access-token.revoke': () => 'revoked an access token',
  'integration.create': ({ it }) => `created the integration ${it ?? ''}`.trim(),
  'integration.update': ({ it }) => `changed the integration ${it ?? ''}`.trim(),
  'integration.rotate': ({ it }) => `replaced the token of the integration ${it ?? ''}`.trim(),
  'integration.revoke': () => 'revoked an integration',
  'webhook.create': ({ it }) => `created the webhook ${it ?? ''}`.trim(),
  'webhook.update': ({ it }) => `changed the webhook ${it ?? ''}`.trim(),
  'webhook.rotate-secret': ({ it }) => `replaced the secret of the webhook ${it ?? ''}`.trim(),
  'webhook.test': ({ it }) => `tested the webhook ${it ?? ''}`.trim(),
  'webhook.disable': ({ it }) => `disabled the webhook ${it ?? ''}, because it received nothing`.replace(' ,', ','),
  'webhook.delete': () => 'deleted a webhook',
};

const de: typeof en = {
  'organization.create': () => 'hat die Organisation angelegt',
  'organization.update': () => 'hat Namen oder Sprache der Organisation geändert',
  'organization.offer-ownership': ({ other = 'einem früheren Mitglied' }) =>
    `hat ${other} die Eigentümerschaft angeboten`,
  'organization.withdraw-ownership': ({ other = 'ein früheres Mitglied' }) =>
    `hat das Angebot der Eigentümerschaft an ${other} zurückgezogen`,
  'organization.decline-ownership': () => 'hat die Eigentümerschaft abgelehnt',
  'organization.transfer': () => 'hat die Eigentümerschaft der Organisation übernommen',
  'organization.delete': () => 'hat die Organisation gelöscht',
  'organization.repair': () => 'hat die Daten der Organisation repariert',
  'member.import': ({ other = 'jemanden', to }) => `hat ${other} zum Mitglied gemacht${to ? `, Rolle: ${to}` : ''}`,
  'member.update': ({ it = 'eines früheren Mitglieds', from, to }) =>
    from ? `hat die Rolle von ${it} geändert: ${from} → ${to}` : `hat das Profil von ${it} geändert`,
  'member.remove': ({ it, from }) => `hat ${it ?? 'ein Mitglied'} entfernt${from ? ` (Rolle: ${from})` : ''}`,
  'member.leave': () => 'hat die Organisation verlassen',
  'member.claim': ({ it = 'ein Mitglied' }) => `hat vermerkt: ${it} hat sich zum ersten Mal angemeldet`,
  'member.expire': () => 'hat eine Mitgliedschaft beendet, weil sich die Person nie angemeldet hat',
  'member.rebind': ({ it = 'ein Mitglied' }) => `hat ${it} mit einem anderen Konto verbunden`,
  'invitation.create': ({ it = 'jemanden', to }) => `hat ${it} eingeladen${to ? `, Rolle: ${to}` : ''}`,
  'invitation.resend': ({ it = 'jemanden' }) => `hat die Einladung an ${it} noch einmal gesendet`,
  'invitation.revoke': ({ it = 'jemanden' }) => `hat die Einladung an ${it} zurückgezogen`,
  'invitation.accept': ({ it, to }) =>
    `hat die Einladung${it ? ` an ${it}` : ''} angenommen${to ? `, Rolle: ${to}` : ''}`,
  'invitation.decline': ({ it }) => `hat die Einladung${it ? ` an ${it}` : ''} abgelehnt`,
  'invitation.expire': ({ it = 'jemanden' }) => `hat vermerkt: Die Einladung an ${it} ist abgelaufen`,
  'invitation.ask': ({ it }) => `hat um eine neue Einladung${it ? ` an ${it}` : ''} gebeten`,
  'invitation.stop-reminders': ({ it }) => `hat die Erinnerungen${it ? ` an ${it}` : ''} abgestellt`,
  'invitation.bounce': ({ it = 'jemanden' }) => `hat gemeldet: Die Mail an ${it} kam zurück`,
  'invitation.complain': ({ it = 'jemand' }) => `hat gemeldet: ${it} hat die Mail als Spam markiert`,
  'invitation.reject': ({ it = 'jemanden' }) => `hat die Mail an ${it} abgelehnt`,
  'invitation.erase': () => 'hat eine Einladung an sich löschen lassen',
  'team.create': ({ it = '' }) => `hat das Team ${it} angelegt`.replace('  ', ' '),
  'team.update': ({ it = '', to }) => `hat das Team ${it} ${to ? 'verschoben' : 'geändert'}`.replace('  ', ' '),
  'team.delete': ({ it }) => `hat ${it ? `das Team ${it}` : 'ein Team'} gelöscht`,
  'team-member.add': ({ it = '', other = 'ein früheres Mitglied' }) => `hat ${other} ins Team ${it} aufgenommen`,
  'team-member.update': ({ it = '', other = 'einem früheren Mitglied' }) =>
    `hat die Rolle von ${other} im Team ${it} geändert`,
  'team-member.remove': ({ it = '', other = 'ein früheres Mitglied' }) => `hat ${other} aus dem Team ${it} entfernt`,
  'site.create': ({ it = '' }) => `hat den Standort ${it} angelegt`,
  'site.update': ({ it = '' }) => `hat den Standort ${it} geändert`,
  'site.delete': ({ it }) => `hat ${it ? `den Standort ${it}` : 'einen Standort'} gelöscht`,
  'site.transfer': ({ it = '' }) => `hat den Standort ${it} übertragen`,
  'site-access.create': ({ it = '', other = 'einem Team' }) => `hat ${other} Zugriff auf den Standort ${it} gegeben`,
  'site-access.update': ({ it = '', other = 'einem Team' }) =>
    `hat den Zugriff von ${other} auf den Standort ${it} geändert`,
  'site-access.remove': ({ it = '', other = 'einem Team' }) =>
    `hat den Zugriff von ${other} auf den Standort ${it} beendet`,
  'site-sensitive.request': ({ it = '', other = 'ein Team' }) =>
    `hat für ${other} sensible Daten des Standorts ${it} angefragt`,
  'site-sensitive.grant': ({ it = '', other = 'einem Team' }) =>
    `hat ${other} die sensiblen Daten des Standorts ${it} freigegeben`,
  'site-sensitive.revoke': ({ it = '', other = 'einem Team' }) =>
    `hat ${other} die sensiblen Daten des Standorts ${it} entzogen`,
  'site-sensitive.decline': ({ it = '', other = 'einem Team' }) =>
    `hat ${other} die sensiblen Daten des Standorts ${it} verweigert`,
  'site-sensitive.expire': ({ it = '', other = 'ein Team' }) =>
    `hat die Freigabe des Standorts ${it} für ${other} wie vereinbart beendet`,
  'site-invite.create': ({ it = '' }) => `hat jemanden zum Standort ${it} eingeladen`,
  'site-invite.resend': ({ it = '' }) => `hat eine Einladung zum Standort ${it} noch einmal gesendet`,
  'site-invite.withdraw': ({ it = '' }) => `hat eine Einladung zum Standort ${it} zurückgezogen`,
  'site-invite.accept': ({ it = '', other = 'ein Team' }) =>
    `hat für ${other} eine Einladung zum Standort ${it} angenommen`,
  'site-invite.erase': ({ it = '' }) => `hat eine Einladung zum Standort ${it} löschen lassen`,
  'charger.create': () => 'hat eine Ladestation angelegt',
  'charger.update': () => 'hat eine Ladestation geändert',
  'charger.delete': () => 'hat eine Ladestation gelöscht',
  'charger.report': () => 'hat den Zustand einer Ladestation gemeldet',
  'access-token.create': () => 'hat ein Zugriffstoken angelegt',
  'access-token.revoke': () => 'hat ein Zugriffstoken widerrufen',
  'integration.create': ({ it }) => `hat die Integration ${it ?? ''} angelegt`.replace('  ', ' '),
  'integration.update': ({ it }) => `hat die Integration ${it ?? ''} geändert`.replace('  ', ' '),
  'integration.rotate': ({ it }) => `hat das Token der Integration ${it ?? ''} ersetzt`.replace('  ', ' '),
  'integration.revoke': () => 'hat eine Integration widerrufen',
  'webhook.create': ({ it }) => `hat den Webhook ${it ?? ''} angelegt`.replace('  ', ' '),
  'webhook.update': ({ it }) => `hat den Webhook ${it ?? ''} geändert`.replace('  ', ' '),
  'webhook.rotate-secret': ({ it }) => `hat das Geheimnis des Webhooks ${it ?? ''} ersetzt`.replace('  ', ' '),
  'webhook.test': ({ it }) => `hat den Webhook ${it ?? ''} getestet`.replace('  ', ' '),
  'webhook.disable': ({ it }) => `hat den Webhook ${it ?? ''} abgeschaltet, weil nichts ankam`.replace('  ', ' '),
  'webhook.delete': () => 'hat einen Webhook gelöscht',
};

/** What each action says, by language. */
export const SENTENCES: Readonly<Record<Language, typeof en>> = { en, de };

/** Who acts if it isn't a member with a name, by language. */
export const ACTORS: Readonly<Record<Language, Readonly<Record<AuditEntry['actorType'], string>>>> = {
  en: {
    user: 'A former member',
    apiKey: 'An access token',
    integration: 'An integration',
    link: 'The invited person',
    organization: 'Somebody of another organization',
    operator: 'The operator',
    system: 'The service',
    ses: 'The mail provider',
  },
  de: {
    user: 'Ein früheres Mitglied',
    apiKey: 'Ein Zugriffstoken',
    integration: 'Eine Integration',
    link: 'Die eingeladene Person',
    organization: 'Jemand aus einer anderen Organisation',
    operator: 'Der Betreiber',
    system: 'Der Dienst',
    ses: 'Der Mailversand',
  },
};
