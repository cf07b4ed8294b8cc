import type { DeployedResource } from './cloudformation-stack.ts';

export interface LocalRoute {
  /** `GET /v1/members/{id}`, or `$default`. */
  readonly routeKey: string;
  readonly function: string;
  /** The timeout of the integration, in milliseconds. */
  readonly timeout: number;
}

/**
 * Returns the routes of a template's API.
 *
 * @param of returns the resources of a type
 * @param functionOf returns the function with an ARN; its second argument names the caller for errors
 * @throws Error for an unsupported stage or integration
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
