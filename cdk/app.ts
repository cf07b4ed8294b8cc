import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { functions } from '../functions/index.ts';
import { bundle } from './bundling/bundle.ts';
import { ConfigError, readConfig, readStages } from './config.ts';
import { MusterStack } from './stack.ts';
import { WafStack } from './waf.ts';

try {
  const app = new App({ analyticsReporting: false, treeMetadata: false });
  const stage = app.node.tryGetContext('stage') ?? process.env.STAGE ?? 'development';
  const unprotected = app.node.tryGetContext('protect') === 'false';
  const stages = readStages(
    app.node.tryGetContext('stages'),
    app.node.tryGetContext('config') ?? process.env.MUSTER_CONFIG,
  );
  const config = readConfig(stages, stage, unprotected);
  // The limit for each client is a stack of its own, in another region.
  const part = app.node.tryGetContext('part') ?? 'service';
  if (part === 'waf') {
    new WafStack(app, `Muster-${stage}-waf`, { config });
  } else {
    const bundles = join(app.outdir, 'functions');
    await bundle(bundles, functions);
    new MusterStack(app, `Muster-${stage}`, { config, functions, bundles });
  }
  app.synth();
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
