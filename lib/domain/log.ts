/**
 * What of an error may be in a log. Its other fields aren't: the SDK hangs whole items and requests to its errors, and
 * those have names and addresses in them.
 */
export function loggable(error: unknown): { readonly error: string } {
  return { error: error instanceof Error ? (error.stack ?? `${error.name}: ${error.message}`) : typeof error };
}
