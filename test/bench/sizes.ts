import { largest } from './bundles.ts';
import type { Row } from './measure.ts';

/** Measures the largest bundle of each kind. */
export async function sizes(): Promise<Row[]> {
  const { http, mailing } = await largest();
  return [
    { what: `largest HTTP function: ${http.name}`, figure: http.kilobytes, unit: 'KB', goal: { atMost: 170 } },
    { what: `largest mailing function: ${mailing.name}`, figure: mailing.kilobytes, unit: 'KB', goal: { atMost: 185 } },
  ];
}
