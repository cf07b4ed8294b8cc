import { join } from 'node:path';

/** The source of the example application. */
export const EXAMPLE = join(import.meta.dirname, 'example', 'app.ts');
