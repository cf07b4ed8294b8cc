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

/** Names something, or says what it is if its name isn't known. */
function called(the: string, it: string | undefined, a: string): string {
  return it === undefined ? a : `${the} ${it}`;
}

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
    from && to ? `changed the role of ${it} from ${from} to ${to}` : `changed the profile of ${it}`,
  'member.remove': ({ it, from }) => `removed ${it ?? 'a member'}${from ? `, who was ${from}` : ''}`,
  'member.leave': () => 'left the organization',
  'member.claim': () => 'signed in for the first time',
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
  'team.create': ({ it }) => `created ${called('the team', it, 'a team')}`,
  'team.update': ({ it, to }) => `${to ? 'moved' : 'changed'} ${called('the team', it, 'a deleted team')}`,
  'team.delete': ({ it }) => `deleted ${called('the team', it, 'a team')}`,
  'team-member.add': ({ it, other = 'a former member' }) =>
    `added ${other} to ${called('the team', it, 'a deleted team')}`,
  'team-member.update': ({ it, other = 'a former member' }) =>
    `changed the role of ${other} in ${called('the team', it, 'a deleted team')}`,
  'team-member.remove': ({ it, other = 'a former member' }) =>
    `removed ${other} from ${called('the team', it, 'a deleted team')}`,
  'site.create': ({ it }) => `created ${called('the site', it, 'a site')}`,
  'site.update': ({ it }) => `changed ${called('the site', it, 'a site')}`,
  'site.delete': ({ it }) => `deleted ${called('the site', it, 'a site')}`,
  'site.transfer': ({ it }) => `transferred ${called('the site', it, 'a site')}`,
  'site-access.create': ({ it, other = 'a team' }) => `gave ${other} access to ${called('the site', it, 'a site')}`,
  'site-access.update': ({ it, other = 'a team' }) =>
    `changed the access of ${other} to ${called('the site', it, 'a site')}`,
  'site-access.remove': ({ it, other = 'a team' }) =>
    `ended the access of ${other} to ${called('the site', it, 'a site')}`,
  'site-sensitive.request': ({ it, other = 'a team' }) =>
    `requested sensitive data of ${called('the site', it, 'a site')} for ${other}`,
  'site-sensitive.grant': ({ it, other = 'a team' }) =>
    `granted ${other} the sensitive data of ${called('the site', it, 'a site')}`,
  'site-sensitive.revoke': ({ it, other = 'a team' }) =>
    `revoked the sensitive data of ${called('the site', it, 'a site')} from ${other}`,
  'site-sensitive.decline': ({ it, other = 'a team' }) =>
    `declined the sensitive data of ${called('the site', it, 'a site')} to ${other}`,
  'site-sensitive.expire': ({ it, other = 'a team' }) =>
    `ended the sensitive data of ${called('the site', it, 'a site')} for ${other}, as agreed`,
  'site-invite.create': ({ it }) => `invited somebody to ${called('the site', it, 'a site')}`,
  'site-invite.resend': ({ it }) => `sent an invite to ${called('the site', it, 'a site')} again`,
  'site-invite.withdraw': ({ it }) => `withdrew an invite to ${called('the site', it, 'a site')}`,
  'site-invite.accept': ({ it, other = 'a team' }) =>
    `accepted an invite to ${called('the site', it, 'a site')} for ${other}`,
  'site-invite.erase': ({ it }) => `had an invite to ${called('the site', it, 'a site')} erased`,
  'charger.create': () => 'created a charger',
  'charger.update': () => 'changed a charger',
  'charger.delete': () => 'deleted a charger',
  'charger.report': () => 'reported the state of a charger',
  'access-token.create': () => 'created an access token',
  'access-token.revoke': () => 'revoked an access token',
  'integration.create': ({ it }) => `created ${called('the integration', it, 'an integration')}`,
  'integration.update': ({ it }) => `changed ${called('the integration', it, 'an integration')}`,
  'integration.rotate': ({ it }) => `replaced the token of ${called('the integration', it, 'an integration')}`,
  'integration.revoke': () => 'revoked an integration',
  'webhook.create': ({ it }) => `created ${called('the webhook', it, 'a webhook')}`,
  'webhook.update': ({ it }) => `changed ${called('the webhook', it, 'a webhook')}`,
  'webhook.rotate-secret': ({ it }) => `replaced the secret of ${called('the webhook', it, 'a webhook')}`,
  'webhook.test': ({ it }) => `tested ${called('the webhook', it, 'a webhook')}`,
  'webhook.disable': ({ it }) => `disabled ${called('the webhook', it, 'a webhook')}, because it received nothing`,
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
    from && to ? `hat die Rolle von ${it} geändert: ${from} → ${to}` : `hat das Profil von ${it} geändert`,
  'member.remove': ({ it, from }) => `hat ${it ?? 'ein Mitglied'} entfernt${from ? ` (Rolle: ${from})` : ''}`,
  'member.leave': () => 'hat die Organisation verlassen',
  'member.claim': () => 'hat sich zum ersten Mal angemeldet',
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
  'team.create': ({ it }) => `hat ${called('das Team', it, 'ein Team')} angelegt`,
  'team.update': ({ it, to }) =>
    `hat ${called('das Team', it, 'ein gelöschtes Team')} ${to ? 'verschoben' : 'geändert'}`,
  'team.delete': ({ it }) => `hat ${called('das Team', it, 'ein Team')} gelöscht`,
  'team-member.add': ({ it, other = 'ein früheres Mitglied' }) =>
    `hat ${other} ${called('ins Team', it, 'in ein gelöschtes Team')} aufgenommen`,
  'team-member.update': ({ it, other = 'einem früheren Mitglied' }) =>
    `hat die Rolle von ${other} ${called('im Team', it, 'in einem gelöschten Team')} geändert`,
  'team-member.remove': ({ it, other = 'ein früheres Mitglied' }) =>
    `hat ${other} ${called('aus dem Team', it, 'aus einem gelöschten Team')} entfernt`,
  'site.create': ({ it }) => `hat ${called('den Standort', it, 'einen Standort')} angelegt`,
  'site.update': ({ it }) => `hat ${called('den Standort', it, 'einen Standort')} geändert`,
  'site.delete': ({ it }) => `hat ${called('den Standort', it, 'einen Standort')} gelöscht`,
  'site.transfer': ({ it }) => `hat ${called('den Standort', it, 'einen Standort')} übertragen`,
  'site-access.create': ({ it, other = 'einem Team' }) =>
    `hat ${other} Zugriff ${called('auf den Standort', it, 'auf einen Standort')} gegeben`,
  'site-access.update': ({ it, other = 'einem Team' }) =>
    `hat den Zugriff von ${other} ${called('auf den Standort', it, 'auf einen Standort')} geändert`,
  'site-access.remove': ({ it, other = 'einem Team' }) =>
    `hat den Zugriff von ${other} ${called('auf den Standort', it, 'auf einen Standort')} beendet`,
  'site-sensitive.request': ({ it, other = 'ein Team' }) =>
    `hat für ${other} sensible Daten ${called('des Standorts', it, 'eines Standorts')} angefragt`,
  'site-sensitive.grant': ({ it, other = 'einem Team' }) =>
    `hat ${other} die sensiblen Daten ${called('des Standorts', it, 'eines Standorts')} freigegeben`,
  'site-sensitive.revoke': ({ it, other = 'einem Team' }) =>
    `hat ${other} die sensiblen Daten ${called('des Standorts', it, 'eines Standorts')} entzogen`,
  'site-sensitive.decline': ({ it, other = 'einem Team' }) =>
    `hat ${other} die sensiblen Daten ${called('des Standorts', it, 'eines Standorts')} verweigert`,
  'site-sensitive.expire': ({ it, other = 'ein Team' }) =>
    `hat die Freigabe ${called('des Standorts', it, 'eines Standorts')} für ${other} wie vereinbart beendet`,
  'site-invite.create': ({ it }) => `hat jemanden ${called('zum Standort', it, 'zu einem Standort')} eingeladen`,
  'site-invite.resend': ({ it }) =>
    `hat eine Einladung ${called('zum Standort', it, 'zu einem Standort')} noch einmal gesendet`,
  'site-invite.withdraw': ({ it }) =>
    `hat eine Einladung ${called('zum Standort', it, 'zu einem Standort')} zurückgezogen`,
  'site-invite.accept': ({ it, other = 'ein Team' }) =>
    `hat für ${other} eine Einladung ${called('zum Standort', it, 'zu einem Standort')} angenommen`,
  'site-invite.erase': ({ it }) =>
    `hat eine Einladung ${called('zum Standort', it, 'zu einem Standort')} löschen lassen`,
  'charger.create': () => 'hat eine Ladestation angelegt',
  'charger.update': () => 'hat eine Ladestation geändert',
  'charger.delete': () => 'hat eine Ladestation gelöscht',
  'charger.report': () => 'hat den Zustand einer Ladestation gemeldet',
  'access-token.create': () => 'hat ein Zugriffstoken angelegt',
  'access-token.revoke': () => 'hat ein Zugriffstoken widerrufen',
  'integration.create': ({ it }) => `hat ${called('die Integration', it, 'eine Integration')} angelegt`,
  'integration.update': ({ it }) => `hat ${called('die Integration', it, 'eine Integration')} geändert`,
  'integration.rotate': ({ it }) => `hat das Token ${called('der Integration', it, 'einer Integration')} ersetzt`,
  'integration.revoke': () => 'hat eine Integration widerrufen',
  'webhook.create': ({ it }) => `hat ${called('den Webhook', it, 'einen Webhook')} angelegt`,
  'webhook.update': ({ it }) => `hat ${called('den Webhook', it, 'einen Webhook')} geändert`,
  'webhook.rotate-secret': ({ it }) => `hat das Geheimnis ${called('des Webhooks', it, 'eines Webhooks')} ersetzt`,
  'webhook.test': ({ it }) => `hat ${called('den Webhook', it, 'einen Webhook')} getestet`,
  'webhook.disable': ({ it }) => `hat ${called('den Webhook', it, 'einen Webhook')} abgeschaltet, weil nichts ankam`,
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
