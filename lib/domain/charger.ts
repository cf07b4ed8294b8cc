/** Whether a charger has ever called, and whether it is there. */
export const CONNECTION_STATUSES = ['never_seen', 'offline', 'online'] as const;
export type ConnectionStatus = (typeof CONNECTION_STATUSES)[number];

/** How a charger is. */
export const CHARGER_STATUSES = ['Available', 'Unavailable', 'Faulted'] as const;
export type ChargerStatus = (typeof CHARGER_STATUSES)[number];

/** What can be wrong with a charger: the ChargePointErrorCode of OCPP 1.6. */
export const CHARGER_ERRORS = [
  'ConnectorLockFailure',
  'EVCommunicationError',
  'GroundFailure',
  'HighTemperature',
  'InternalError',
  'LocalListConflict',
  'NoError',
  'OtherError',
  'OverCurrentFailure',
  'OverVoltage',
  'PowerMeterFailure',
  'PowerSwitchFailure',
  'ReaderFailure',
  'ResetFailure',
  'UnderVoltage',
  'WeakSignal',
] as const;
export type ChargerError = (typeof CHARGER_ERRORS)[number];

/** A charger on a site, which belongs to the team that owns the site. Timestamps are ISO 8601 in UTC. */
export interface Charger {
  readonly id: string;
  /** Its other name, an integer below 2^53 that is unique in the deployment. */
  readonly number: number;
  readonly siteId: string;
  /** What it calls itself: unique in an organization, whatever the letter case. */
  readonly identity: string;
  /**
   * The organization in which nobody else may have the identity: that of its site, or for some time of the one that had
   * the site before. Undefined where the site came to an organization that had the identity already.
   */
  readonly identityIn?: string;
  readonly reference?: string;
  readonly connectionStatus: ConnectionStatus;
  readonly status?: ChargerStatus;
  readonly error?: ChargerError;
  readonly errorInfo?: string;
  /** The user who made it. */
  readonly createdBy: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** What an identity is made of: OCPP 2.0.1's identifierString. */
export const IDENTITY = /^[a-z0-9*_=:+|@.-]+$/i;

/** The form in which identities are compared: OCPP's are of whatever letter case. */
export function foldIdentity(identity: string): string {
  return identity.toLowerCase();
}
