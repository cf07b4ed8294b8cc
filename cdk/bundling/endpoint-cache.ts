/**
 * What bundles have in place of the SDK's cache of discovered endpoints (`cdk/bundling/bundle.ts`), which brings 8 KB along: the
 * client discovers none (`lib/table/client.ts`).
 */
export class EndpointCache {}
