import { Tags } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { Config } from '../config.ts';

/** The tag that tells which deployment a resource belongs to. The budget counts by it. */
export const STAGE_TAG = 'muster:stage';

/** Tags everything in a scope that can have tags. */
export function tagAll(scope: IConstruct, { stage, tags }: Pick<Config, 'stage' | 'tags'>): void {
  for (const [key, value] of Object.entries({ ...tags, [STAGE_TAG]: stage })) Tags.of(scope).add(key, value);
}
