// What the browser remembers for the person. It may refuse to: then the console does without.

/** Returns what was remembered; null: nothing, or the browser blocks storage. */
export function recall(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/** Remembers a text in this browser, unless it blocks storage or has no room. */
export function remember(name: string, text: string): void {
  try {
    localStorage.setItem(name, text);
  } catch {
    // Nothing depends on it.
  }
}
