import type { Language } from '../../domain/language.ts';
import type { RefusalCode } from '../../domain/refusal.ts';

/** A mistake in a field or a parameter: its status, and the text after the field's name. */
interface Mistake extends Readonly<Record<Language, string>> {
  readonly status: number;
}

/** The possible mistakes in a request's document, attributes and query. */
export const MISTAKES = {
  blank: { status: 422, en: "can't be blank", de: 'muss ausgefüllt werden' },
  too_long: { status: 422, en: 'is too long (maximum is 100 characters)', de: 'ist zu lang (mehr als 100 Zeichen)' },
  invalid: { status: 422, en: 'is invalid', de: 'ist nicht gültig' },
  ambiguous: {
    status: 422,
    en: 'differs between the attribute and the relationship',
    de: 'ist als Attribut und als Beziehung verschieden angegeben',
  },
  missing: { status: 400, en: 'is missing', de: 'fehlt' },
  no_object: { status: 400, en: 'must be an object', de: 'muss ein Objekt sein' },
  no_text: { status: 400, en: 'must be a string', de: 'muss eine Zeichenkette sein' },
  unknown_parameter: { status: 400, en: 'is not a parameter of this request', de: 'ist hier kein Parameter' },
  unknown_include: {
    status: 400,
    en: 'may name parent_team and team_memberships only',
    de: 'kann nur parent_team und team_memberships nennen',
  },
  unknown_field: {
    status: 400,
    en: 'names a field that the type does not have',
    de: 'nennt ein Feld, das der Typ nicht hat',
  },
  unknown_sort: {
    status: 400,
    en: 'may name id, account_id, discarded_at, name and parent_team_id only',
    de: 'kann nur id, account_id, discarded_at, name und parent_team_id nennen',
  },
  unknown_operator: {
    status: 400,
    en: 'must be op:value with one of eq, !eq, gt, gte, lt, lte, pre, suf, ct, !ct, in, !in, blank, present',
    de: 'muss op:Wert sein, mit eq, !eq, gt, gte, lt, lte, pre, suf, ct, !ct, in, !in, blank oder present',
  },
  no_time: {
    status: 400,
    en: 'must compare with a time in ISO 8601',
    de: 'muss mit einer Zeit nach ISO 8601 vergleichen',
  },
  no_flag: { status: 400, en: 'must be 1 or 0', de: 'muss 1 oder 0 sein' },
  not_included: {
    status: 400,
    en: 'filters what include does not name',
    de: 'filtert, was include nicht nennt',
  },
  no_page: { status: 400, en: 'is not within its bounds', de: 'liegt nicht in seinen Grenzen' },
  mixed_pages: {
    status: 400,
    en: 'must not stand beside page[number] or page[size]',
    de: 'kann nicht neben page[number] oder page[size] stehen',
  },
} as const satisfies Readonly<Record<string, Mistake>>;
export type MistakeName = keyof typeof MISTAKES;

/** The domain's refusals that concern a field: the text after its name. */
export const FIELD_REFUSALS: Readonly<Partial<Record<RefusalCode, Readonly<Record<Language, string>>>>> = {
  field_read_only: { en: "can't be set", de: 'kann nicht gesetzt werden' },
  team_not_found: { en: 'must exist', de: 'muss es geben' },
  team_name_taken: { en: 'has already been taken', de: 'ist bereits vergeben' },
  team_cycle: {
    en: 'must not be the team itself or below it',
    de: 'darf nicht das Team selbst sein oder unter ihm stehen',
  },
  team_too_deep: { en: 'is too deep below other teams', de: 'steht zu tief unter anderen Teams' },
  default_team: { en: "of the default team can't be set", de: 'des Standardteams kann nicht gesetzt werden' },
};

/** The display names of a team's fields. */
export const FIELDS: Readonly<Record<string, Readonly<Record<Language, string>>>> = {
  name: { en: 'Name', de: 'Name' },
  parent_team: { en: 'Parent team', de: 'Übergeordnetes Team' },
  parent_team_id: { en: 'Parent team', de: 'Übergeordnetes Team' },
  account_id: { en: 'Account', de: 'Konto' },
  discarded_at: { en: 'Time of removal', de: 'Zeitpunkt des Löschens' },
  team_memberships: { en: 'Team memberships', de: 'Teammitgliedschaften' },
};

/** The German sentences of refusals. The English ones are those of all dialects. */
export const GERMAN: Readonly<Partial<Record<RefusalCode, string>>> = {
  validation_failed: 'Die Anfrage hat Felder, die fehlen oder nicht gültig sind.',
  malformed_body: 'Der Inhalt ist nicht zu lesen: Es muss JSON in UTF-8 sein, in dem kein Name zweimal steht.',
  malformed_query: 'Die Parameter sind nicht zu lesen: Sie müssen UTF-8 mit Prozentzeichen sein.',
  organization_required: 'Nennen Sie die Organisation im Header X-Organization-Id.',
  no_organization: 'Sie gehören keiner Organisation an, oder nicht mehr.',
  unauthenticated: 'Es braucht ein gültiges Bearer-Token.',
  email_claim_missing: 'Das Token nennt keine E-Mail-Adresse: Senden Sie das ID-Token statt des Access-Tokens.',
  forbidden: 'Ihre Rolle erlaubt das nicht.',
  operator_key_not_allowed: 'Ein Schlüssel des Betreibers kann das nicht.',
  client_id_forbidden: 'IDs werden hier vergeben: Senden Sie keine mit, wenn etwas neu ist.',
  field_read_only: 'Das Feld kann nicht gesetzt werden.',
  email_not_verified: 'Bestätigen Sie zuerst Ihre E-Mail-Adresse bei Ihrem Anmeldedienst.',
  email_not_accepted: 'An die E-Mail-Adresse im Token kann dieser Dienst nicht schreiben.',
  route_not_found: 'Diesen Endpunkt gibt es nicht.',
  organization_not_found: 'Diese Organisation gibt es nicht.',
  team_not_found: 'Dieses Team gibt es nicht.',
  method_not_allowed: 'Der Endpunkt hat diese Methode nicht.',
  not_acceptable: 'Der Header Accept verlangt eine Form der Antwort, die es nicht gibt.',
  client_id_taken: 'Etwas mit dieser ID gibt es schon.',
  resource_conflict: 'Typ oder ID im Inhalt sind nicht die des Endpunkts.',
  address_taken: 'Ein anderes Konto hat diese E-Mail-Adresse schon.',
  team_name_taken: 'Ein anderes Team der Organisation heißt so, unabhängig von Groß- und Kleinschreibung.',
  team_cycle: 'Ein Team kann nicht unter sich selbst stehen.',
  team_too_deep: 'So tief können Teams nicht untereinander stehen.',
  team_has_children: 'Unter diesem Team stehen andere: Verschieben oder löschen Sie zuerst diese.',
  team_has_sites: 'Diesem Team gehören Standorte: Löschen Sie zuerst diese.',
  default_team: 'Das Standardteam kann weder verschoben noch gelöscht werden.',
  team_limit_reached: 'Die Organisation hat so viele Teams, wie sie haben darf.',
  body_too_large: 'Der Inhalt ist größer als 256 KB.',
  unsupported_media_type: 'Der Inhalt hat eine Form, die der Endpunkt nicht nimmt.',
  idempotency_key_reused: 'Der Idempotency-Key wurde schon mit einem anderen Inhalt verwendet.',
  request_rate_exceeded: 'Das waren zu viele Anfragen auf einmal: Versuchen Sie es später noch einmal.',
  internal_error: 'Bei uns ist etwas schiefgegangen.',
  busy: 'Zu viele Änderungen auf einmal: Versuchen Sie es noch einmal.',
  keys_unavailable:
    'Der Anmeldedienst ist zurzeit nicht nach seinen Schlüsseln zu fragen: Versuchen Sie es noch einmal.',
};

/** The HTTP names of the statuses. A title is the same in every language. */
export const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Entity',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};
