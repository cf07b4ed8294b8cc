import type { Language } from '../../domain/language.ts';
import type { RefusalCode } from '../../domain/refusal.ts';

/** The words of a refusal's page: what happened, and what to do next. */
export interface RefusalWords {
  readonly heading: string;
  readonly happened: string;
  readonly next: string;
}

/**
 * Why a link doesn't work. Unknown, forged and malformed links have the same reason, so that strangers learn nothing.
 */
export type InvalidLink =
  | ('not_found' | 'expired' | 'revoked' | 'used' | 'declined' | 'superseded' | 'inviter_removed' | 'sign_in')
  | ('site_expired' | 'site_used' | 'site_void')
  | ('request_not_found' | 'request_over' | 'decider_removed');

export const INVALID_LINK_WORDS: Record<Language, Readonly<Record<InvalidLink, RefusalWords>>> = {
  en: {
    not_found: {
      heading: 'This link leads nowhere',
      happened: 'We know no invitation behind it. Part of the address may be missing.',
      next: 'Open the link in your mail once more, or copy all of it into the address bar. If that doesn’t help, ask the person who invited you for a new invitation.',
    },
    expired: {
      heading: 'This invitation has expired',
      happened: 'The invitation was valid for a limited time, and that is over.',
      next: 'Ask the person who invited you to send it again: you will get a mail with a new link.',
    },
    revoked: {
      heading: 'This invitation was withdrawn',
      happened: 'An administrator of the organization has taken the invitation back.',
      next: 'If you think that was a mistake, ask the person who invited you.',
    },
    used: {
      heading: 'This invitation was already accepted',
      happened: 'Each invitation can be accepted once.',
      next: 'Was it you? Then sign in with the address that the invitation was sent to. If not, ask the person who invited you.',
    },
    declined: {
      heading: 'This invitation was declined',
      happened: 'Nobody became a member through it.',
      next: 'If you changed your mind, ask the person who invited you for a new invitation.',
    },
    superseded: {
      heading: 'There is a newer mail',
      happened: 'The invitation was sent to you again, and the links of earlier mails have ended.',
      next: 'Open the link in the latest mail. If you can’t find it, look into your spam folder.',
    },
    inviter_removed: {
      heading: 'This invitation is on hold',
      happened: 'The person who invited you may no longer invite people to this organization.',
      next: 'Ask another administrator of the organization to send the invitation again.',
    },
    sign_in: {
      heading: 'Sign in first',
      happened:
        'This link was given to you by the person who invited you, so it doesn’t show that you are the invited.',
      next: 'Sign in with the invited address, and open the invitation there. Or ask for it by mail: that link works without signing in.',
    },
    site_expired: {
      heading: 'This invite has expired',
      happened: 'It was valid for a limited time, and that is over. No team got anything by it.',
      next: 'Ask the person who invited you for a new invite.',
    },
    site_used: {
      heading: 'This invite was already accepted',
      happened: 'Each invite can be accepted once, for one team.',
      next: 'Was it you? Then you find the site in your application. If not, ask the person who invited you.',
    },
    site_void: {
      heading: 'This invite is no longer good',
      happened:
        'It was withdrawn, a newer mail was sent to you, the site has another owner by now, or the person who invited you may not share it any more.',
      next: 'Look for a newer mail, or ask somebody who manages the site for a new invite.',
    },
    request_not_found: {
      heading: 'There is no request behind this link',
      happened: 'We know no request behind it. Part of the address may be missing.',
      next: 'Open the link in your mail once more, or copy all of it into the address bar.',
    },
    request_over: {
      heading: 'This request is no longer open',
      happened: 'It was decided already, a newer one took its place, or its time is over.',
      next: 'There is nothing to do. If the data is asked for again, you will get a new mail.',
    },
    decider_removed: {
      heading: 'You can’t decide this any more',
      happened: 'The link was sent to you when you managed the team that owns the site. That has changed.',
      next: 'Those who manage the site now can decide the request.',
    },
  },
  de: {
    not_found: {
      heading: 'Dieser Link führt ins Leere',
      happened: 'Dahinter kennen wir keine Einladung. Vielleicht fehlt ein Teil der Adresse.',
      next: 'Öffnen Sie den Link in Ihrer E-Mail noch einmal, oder kopieren Sie ihn ganz in die Adresszeile. Hilft das nicht, bitten Sie die Person, die Sie eingeladen hat, um eine neue Einladung.',
    },
    expired: {
      heading: 'Diese Einladung ist abgelaufen',
      happened: 'Die Einladung galt für begrenzte Zeit, und die ist vorbei.',
      next: 'Bitten Sie die Person, die Sie eingeladen hat, sie erneut zu senden: Sie bekommen dann eine E-Mail mit einem neuen Link.',
    },
    revoked: {
      heading: 'Diese Einladung wurde zurückgezogen',
      happened: 'Die Administration der Organisation hat die Einladung zurückgenommen.',
      next: 'Wenn das ein Versehen sein könnte, fragen Sie die Person, die Sie eingeladen hat.',
    },
    used: {
      heading: 'Diese Einladung wurde schon angenommen',
      happened: 'Jede Einladung kann einmal angenommen werden.',
      next: 'Waren Sie das? Dann melden Sie sich mit der Adresse an, an die die Einladung ging. Wenn nicht, fragen Sie die Person, die Sie eingeladen hat.',
    },
    declined: {
      heading: 'Diese Einladung wurde abgelehnt',
      happened: 'Durch sie ist niemand Mitglied geworden.',
      next: 'Falls Sie es sich anders überlegt haben, bitten Sie die Person, die Sie eingeladen hat, um eine neue Einladung.',
    },
    superseded: {
      heading: 'Es gibt eine neuere E-Mail',
      happened: 'Die Einladung wurde Ihnen erneut gesendet; die Links früherer E-Mails gelten nicht mehr.',
      next: 'Öffnen Sie den Link in der neuesten E-Mail. Wenn Sie sie nicht finden, sehen Sie im Spam-Ordner nach.',
    },
    inviter_removed: {
      heading: 'Diese Einladung ruht',
      happened: 'Die Person, die Sie eingeladen hat, darf zu dieser Organisation nicht mehr einladen.',
      next: 'Bitten Sie die Administration der Organisation, die Einladung erneut zu senden.',
    },
    sign_in: {
      heading: 'Bitte zuerst anmelden',
      happened:
        'Diesen Link hat Ihnen die Person gegeben, die Sie eingeladen hat. Er zeigt deshalb nicht, dass Sie gemeint sind.',
      next: 'Melden Sie sich mit der eingeladenen Adresse an, und öffnen Sie die Einladung dort. Oder bitten Sie um die Einladung per E-Mail: Deren Link gilt ohne Anmeldung.',
    },
    site_expired: {
      heading: 'Die Einladung zum Standort ist abgelaufen',
      happened: 'Sie galt für begrenzte Zeit, und die ist vorbei. Kein Team hat durch sie etwas bekommen.',
      next: 'Bitten Sie die Person, die Sie eingeladen hat, um eine neue Einladung.',
    },
    site_used: {
      heading: 'Die Einladung zum Standort wurde schon angenommen',
      happened: 'Jede Einladung kann einmal angenommen werden, für ein Team.',
      next: 'Waren Sie das? Dann finden Sie den Standort in Ihrer Anwendung. Wenn nicht, fragen Sie die Person, die Sie eingeladen hat.',
    },
    site_void: {
      heading: 'Diese Einladung gilt nicht mehr',
      happened:
        'Sie wurde zurückgezogen, Sie haben eine neuere E-Mail bekommen, der Standort gehört inzwischen anderen, oder die Person, die Sie eingeladen hat, darf ihn nicht mehr teilen.',
      next: 'Suchen Sie eine neuere E-Mail, oder bitten Sie jemanden, der den Standort verwaltet, um eine neue Einladung.',
    },
    request_not_found: {
      heading: 'Hinter diesem Link ist keine Anfrage',
      happened: 'Dahinter kennen wir keine Anfrage. Vielleicht fehlt ein Teil der Adresse.',
      next: 'Öffnen Sie den Link in Ihrer E-Mail noch einmal, oder kopieren Sie ihn ganz in die Adresszeile.',
    },
    request_over: {
      heading: 'Diese Anfrage ist nicht mehr offen',
      happened: 'Sie ist schon entschieden, eine neuere hat sie ersetzt, oder ihre Zeit ist vorbei.',
      next: 'Sie müssen nichts tun. Wird wieder um die Daten gebeten, bekommen Sie eine neue E-Mail.',
    },
    decider_removed: {
      heading: 'Sie können darüber nicht mehr entscheiden',
      happened:
        'Der Link ging an Sie, als Sie das Team verwaltet haben, dem der Standort gehört. Das ist nicht mehr so.',
      next: 'Wer den Standort jetzt verwaltet, kann über die Anfrage entscheiden.',
    },
  },
};

/** Which invitation a link was for, for whoever holds a link that was once sent; and the way on. */
export const ABOUT_WORDS: Record<Language, Readonly<Record<'invited' | 'invitedBy' | 'go', string>>> = {
  en: {
    invited: 'You were invited to {organization}.',
    invitedBy: '{inviter} invited you to {organization}.',
    go: 'Continue to {product}',
  },
  de: {
    invited: 'Sie wurden zu {organization} eingeladen.',
    invitedBy: '{inviter} hat Sie zu {organization} eingeladen.',
    go: 'Weiter zu {product}',
  },
};

/** The limits that a page may exceed; each has its own advice. */
export const PAGE_LIMITS = [
  'organization_limit_reached',
  'site_team_limit_reached',
  'site_limit_reached',
  'asset_limit_reached',
] as const satisfies readonly RefusalCode[];
export type PageLimit = (typeof PAGE_LIMITS)[number];

/** The errors that don't concern a link: those with specific advice, and the rest. */
export type PageError = PageLimit | 'not_found' | 'bad_request' | 'busy' | 'internal';

export const ERROR_WORDS: Record<Language, Readonly<Record<PageError, RefusalWords>> & { readonly reference: string }> =
  {
    en: {
      reference: 'Reference: {requestId}',
      not_found: {
        heading: 'There is no such page',
        happened: 'The address may be mistyped, or the page may have moved.',
        next: 'If you came from an invitation, open the link in your mail once more.',
      },
      organization_limit_reached: {
        heading: 'You are in too many organizations',
        happened: 'Nobody can be in any more of them at once. The invitation stays as it is.',
        next: 'Leave an organization that you no longer need, then open the link in your mail once more.',
      },
      site_team_limit_reached: {
        heading: 'Too many teams have access to the site',
        happened: 'It can be shared with no more of them at once. The invite stays as it is.',
        next: 'Ask the person who invited you to remove a team that no longer needs the site, then open the link in your mail once more.',
      },
      site_limit_reached: {
        heading: 'There is no room for another site',
        happened:
          'Your team, or the team that hands the site over, has as many sites as it may have. The invite stays as it is.',
        next: 'Open the link in your mail once more and choose another team, or give up a site that is no longer needed first. If that doesn’t help, ask the person who invited you.',
      },
      asset_limit_reached: {
        heading: 'These are too many single chargers',
        happened:
          'With those that it has already, the team would get more single chargers of the site than it may. The invite stays as it is.',
        next: 'Ask the person who invited you for an invite to all chargers of the site.',
      },
      bad_request: {
        heading: 'That didn’t work',
        happened: 'Your browser sent something that this page doesn’t understand. Nothing was changed.',
        next: 'Open the link in your mail once more and try again.',
      },
      busy: {
        heading: 'One moment, please',
        happened: 'Too much is going on just now. Nothing was changed.',
        next: 'Wait a minute, then open the link in your mail once more and try again.',
      },
      internal: {
        heading: 'Something went wrong',
        happened: 'That was our fault, not yours.',
        next: 'Please try again in a few minutes. If it happens again, tell us the reference below.',
      },
    },
    de: {
      reference: 'Kennung: {requestId}',
      not_found: {
        heading: 'Diese Seite gibt es nicht',
        happened: 'Vielleicht ist die Adresse vertippt, oder die Seite ist umgezogen.',
        next: 'Wenn Sie einer Einladung gefolgt sind, öffnen Sie den Link in Ihrer E-Mail noch einmal.',
      },
      organization_limit_reached: {
        heading: 'Sie gehören zu vielen Organisationen an',
        happened: 'Mehr sind nicht zugleich möglich. Die Einladung bleibt, wie sie ist.',
        next: 'Verlassen Sie eine Organisation, die Sie nicht mehr brauchen, und öffnen Sie den Link in Ihrer E-Mail noch einmal.',
      },
      site_team_limit_reached: {
        heading: 'Zu viele Teams haben Zugriff auf den Standort',
        happened: 'Mit mehr Teams kann er nicht zugleich geteilt werden. Die Einladung bleibt, wie sie ist.',
        next: 'Bitten Sie die Person, die Sie eingeladen hat, ein Team zu entfernen, das den Standort nicht mehr braucht, und öffnen Sie den Link in Ihrer E-Mail noch einmal.',
      },
      site_limit_reached: {
        heading: 'Für einen weiteren Standort ist kein Platz',
        happened:
          'Ihr Team oder das Team, das den Standort übergibt, hat so viele Standorte, wie es haben darf. Die Einladung bleibt, wie sie ist.',
        next: 'Öffnen Sie den Link in Ihrer E-Mail noch einmal und wählen Sie ein anderes Team, oder geben Sie vorher einen Standort auf, der nicht mehr gebraucht wird. Hilft das nicht, fragen Sie die Person, die Sie eingeladen hat.',
      },
      asset_limit_reached: {
        heading: 'Das sind zu viele einzelne Ladepunkte',
        happened:
          'Mit denen, die es schon hat, bekäme das Team mehr einzelne Ladepunkte des Standorts, als es haben darf. Die Einladung bleibt, wie sie ist.',
        next: 'Bitten Sie die Person, die Sie eingeladen hat, um eine Einladung zu allen Ladepunkten des Standorts.',
      },
      bad_request: {
        heading: 'Das hat nicht geklappt',
        happened: 'Ihr Browser hat etwas gesendet, das diese Seite nicht versteht. Es wurde nichts geändert.',
        next: 'Öffnen Sie den Link in Ihrer E-Mail noch einmal und versuchen Sie es erneut.',
      },
      busy: {
        heading: 'Einen Moment, bitte',
        happened: 'Im Augenblick ist zu viel los. Es wurde nichts geändert.',
        next: 'Warten Sie eine Minute, öffnen Sie dann den Link in Ihrer E-Mail noch einmal und versuchen Sie es erneut.',
      },
      internal: {
        heading: 'Etwas ist schiefgegangen',
        happened: 'Das lag an uns, nicht an Ihnen.',
        next: 'Bitte versuchen Sie es in ein paar Minuten noch einmal. Geschieht es wieder, nennen Sie uns die Kennung unten.',
      },
    },
  };
