/** What depends on the deployment: the data in the document (`lib/dialects/page/console-page.ts`). */
export interface Configuration {
  readonly product: {
    readonly name: string;
    readonly logoUrl?: string;
    readonly supportAddress?: string;
  };
  /** Whether the deployment has the API that shares sites. */
  readonly hasSites: boolean;
  readonly signIn: {
    readonly clientId: string;
    readonly authorization: string;
    readonly token: string;
    readonly endSession?: string;
  };
}

/** Reads the configuration in the document. */
export function readConfiguration(): Configuration {
  return JSON.parse(document.getElementById('configuration')?.textContent ?? '');
}
