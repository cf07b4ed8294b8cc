/**
 * Replaces the SDK's credential chain in bundles (`cdk/bundling/bundle.ts`). In Lambda, credentials are always in the
 * environment, and the full chain is a third of a bundle.
 */
export const defaultProvider = () => async () => ({
  accessKeyId: process.env.AWS_ACCESS_KEY_ID ?? '',
  secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY ?? '',
  ...(process.env.AWS_SESSION_TOKEN && { sessionToken: process.env.AWS_SESSION_TOKEN }),
});
