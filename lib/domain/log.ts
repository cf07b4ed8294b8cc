/**
 * Returns the loggable part of an error: its stack. The SDK attaches whole items and requests to its errors, which
 * contain names and addresses.
 */
export function loggable(error: unknown): { readonly error: string } {
  return { error: error instanceof Error ? (error.stack ?? `${error.name}: ${error.message}`) : typeof error };
}
