import { expect, test } from 'vitest';
import { languageOf, momentInWords } from '../../../lib/domain/language.ts';

test.each([
  [undefined, 'en'],
  ['', 'en'],
  ['de', 'de'],
  ['de-CH', 'de'],
  ['DE-at, en', 'de'],
  ['fr, de;q=0.3, en;q=0.7', 'en'],
  ['en;q=0.7, de;q=0.9', 'de'],
  ['en;q=0.9,de;q=0.9', 'en'],
  ['de;q=0, en;q=0.1', 'en'],
  ['fr, *;q=0.8, de;q=0.5', 'en'],
  ['dev, fr', 'en'],
  [';;q=,,de;q=x,=', 'en'],
])('a browser with Accept-Language %j gets %s if the fallback is English', (header, language) => {
  expect(languageOf(header, 'en')).toBe(language);
});

test('a browser without a supported language gets the fallback', () => {
  expect(languageOf('fr, it;q=0.9', 'de')).toBe('de');
});

test('a moment in words has day, time and time zone in the language', () => {
  const moment = new Date('2026-08-12T14:30:59.999Z');
  expect(momentInWords(moment, 'en')).toBe('Wednesday, 12 August 2026 at 14:30 UTC');
  expect(momentInWords(moment, 'de')).toBe('Mittwoch, 12. August 2026 um 14:30 Uhr UTC');
});

test('a moment in another zone has its time, its date, and its name there, in summer and in winter', () => {
  const evening = new Date('2026-12-31T23:30:00.000Z');
  expect(momentInWords(evening, 'en', 'Europe/Berlin')).toBe('Friday, 1 January 2027 at 00:30 CET');
  expect(momentInWords(new Date('2026-08-12T14:30:00.000Z'), 'de', 'Europe/Berlin')).toBe(
    'Mittwoch, 12. August 2026 um 16:30 Uhr MESZ',
  );
  expect(momentInWords(evening, 'en', 'Asia/Kolkata')).toBe('Friday, 1 January 2027 at 05:00 GMT+5:30');
});
