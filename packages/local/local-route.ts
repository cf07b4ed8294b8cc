import type { DeployedResource } from './cloudformation-stack.ts';

export interface LocalRoute {
  /** `GET /v1/members/{id}`, or `$default`. */
  readonly routeKey: string;
  readonly function: string;
  /** Milliseconds until the gateway gives up on the function. */
  readonly timeout: number;
}

/**
 * The routes of a template's API, by what is deployed of a type.
 *
 * @param functionOf the function with an ARN; its second argument says what calls it
 * @throws Error with a sentence for a stage or an integration that the local stack doesn't know
 */
export function toRoutes(
  of: (type: string) => readonly DeployedResource[],
  functionOf: (arn: unknown, what: string) => string,
): LocalRoute[] {
  for (const stage of of('AWS::ApiGatewayV2::Stage')) {
    const { StageName } = stage.properties();
    if (StageName !== '$default')
      throw new Error(`The local stack serves the stage $default, not ${String(StageName)}.`);
  }
  const integrations = new Map(
    of('AWS::ApiGatewayV2::Integration').map(({ stack, id, properties }) => [stack.physicalName(id), properties()]),
  );
  return of('AWS::ApiGatewayV2::Route').map((route) => {
    const { RouteKey, Target } = route.properties();
    const routeKey = String(RouteKey);
    const integration = integrations.get(String(Target).replace('integrations/', ''));
    if (integration?.PayloadFormatVersion !== '2.0') {
      throw new Error(`The route ${routeKey} needs an integration with payload format 2.0.`);
    }
    return {
      routeKey,
      function: functionOf(integration.IntegrationUri, `The route ${routeKey}`),
      timeout: Number(integration.TimeoutInMillis ?? 30_000),
    };
  });
}
