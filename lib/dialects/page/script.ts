/**
 * The only script of pages: it writes times in the browser's time zone, in the page's language, by the customs of the
 * reader's country. The browser runs it because its hash is in the content security policy. It reads only `datetime`, and
 * writes only text. Without it the page says the same in another zone. Chromium on a server may have a language that is no
 * language tag: `en-US@posix`.
 */
export const TIME_SCRIPT = `
const { lang } = document.documentElement;
const locale = navigator.languages.find((own) => own.split('-')[0] === lang && /^[\\w-]+$/.test(own)) || (lang === 'en' ? 'en-GB' : lang);
const shown = { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric', hour: 'numeric', minute: '2-digit', timeZoneName: 'short' };
for (const time of document.querySelectorAll('time')) time.textContent = new Date(time.dateTime).toLocaleString(locale, shown);
`;
